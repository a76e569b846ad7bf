"""What Sage 100's room is asked where the web services write, beside what the suite asks of every product."""

from __future__ import annotations

from contextlib import closing

from conformance.sage100_stand import Sage100Stand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, failed, find, make_order, send
from tidegate.domain.errors import Code, Group


def a_first_request_that_comes_late_makes_no_second_order(stand: Sage100Stand) -> None:
    """It carries the same number, and Sage refuses that."""
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        stand.inject("late", "send", seconds=300, seen="drop")
        assert failed(send(session, order)).code is Code.NO_ANSWER
        assert find(session, order) == []
        accepted(send(session, order))
    stand.advance(301)
    assert len(stand.booked(order.key)) == 1


def another_process_goes_on_with_the_same_number(stand: Sage100Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        stand.inject("drop_before", "send")
        assert failed(send(session, order)).code is Code.NO_ANSWER
    counted = stand.site.next_order
    with closing(stand.open()) as other, opened(other) as session:
        made = accepted(send(session, order))
    assert int(made.number) == counted - 1
    assert stand.site.next_order == counted, "no number was taken again"


def what_sage_has_after_all_is_taken_over(stand: Sage100Stand) -> None:
    """By its number, though the look-up was too early."""
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        stand.inject("drop_after", "send")
        assert failed(send(session, order)).code is Code.NO_ANSWER
        made = accepted(send(session, order))
    [booked] = stand.booked(order.key)
    assert (made.number, made.gross) == (booked.number, order.gross)


def after_an_hour_a_miss_is_a_persons(stand: Sage100Stand) -> None:
    """Somebody may have deleted it, and nothing would show that."""
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        stand.inject("drop_before", "send")
        assert failed(send(session, order)).code is Code.NO_ANSWER
        stand.advance(3700)
        failure = failed(send(session, order))
    assert (failure.code, failure.group, failure.sent) == (Code.DUPLICATE_FOUND, Group.REVIEW, False)
    assert stand.booked(order.key) == []


def where_history_keeps_deleted_orders_a_miss_is_trusted(stand: Sage100Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        stand.inject("drop_before", "send")
        assert failed(send(session, order)).code is Code.NO_ANSWER
        stand.advance(3700)
        accepted(send(session, order))
    assert len(stand.booked(order.key)) == 1


def an_order_takes_no_seat(stand: Sage100Stand) -> None:
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 213)))
    assert stand.installation.licence.taken == 0


def a_clear_fate_leaves_no_note(stand: Sage100Stand) -> None:
    """Else the vault would grow with every order."""
    with opened(stand.company) as session:
        for number in range(700, 705):
            accepted(send(session, make_order(stand, number)))
    assert len(stand.vault.load("acme")) == 1, "the last one's, which goes with the next"


def the_check_says_that_no_prices_are_probed(stand: Sage100Stand) -> None:
    found = [one for one in stand.company.examine() if one.subject == "prices"]
    assert [one.verdict for one in found] == (["warn"] if stand.settings.price_probes else [])


def findings(stand: Sage100Stand) -> dict[str, str]:
    """The verdict on the web services."""
    return {one.verdict: one.text for one in stand.company.examine() if one.subject == "web services"}


def the_check_knows_that_this_release_has_none(stand: Sage100Stand) -> None:
    assert "4.30" in findings(stand)["fail"]


def the_check_warns_of_the_standard_edition(stand: Sage100Stand) -> None:
    assert findings(stand).keys() == {"pass", "warn"}


def the_check_says_when_a_level_is_switched_off(stand: Sage100Stand) -> None:
    assert findings(stand).keys() == {"pass"}
    stand.installation.options.ebusiness_user = False
    assert "No Access" in findings(stand)["fail"]
