"""Orders that wait until the company fetches them: late, in part, lost, halved, replaced, kept for a while.

For rooms whose `about.orders.hands_over` is set. Beside a fixture `stand`: of these the rooms that hand over are
asked, the others are skipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import DesktopStand, Stand, accepted, failed, find, make_order, prepared
from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.parcel import Parcel, digest_of
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome

LONGEST_WAIT = timedelta(days=8)  #: for what may have arrived without an answer


@pytest.fixture
def desktop(stand: Stand) -> DesktopStand:
    """What fetches the files."""
    if stand.desktop is None:
        pytest.skip("this product answers at once")
    return stand.desktop


def _orders(stand: Stand, count: int) -> list[SalesOrder]:
    return [make_order(stand, 300 + number) for number in range(count)]


def _handed_over(stand: Stand, session: Opened, orders: Sequence[SalesOrder]) -> Parcel:
    """Send them in one call; the parcel as the ledger keeps it."""
    ready = [prepared(session, one) for one in orders]
    answers: dict[str, Outcome] = dict(session.orders.send(ready))
    assert set(answers) == {one.key for one in orders}
    lies = answers[orders[0].key]
    assert isinstance(lies, HandedOver), lies
    assert lies.parcel
    assert all(one == lies for one in answers.values()), "one parcel for all of them"
    return _parcel(stand, ready, lies.parcel)


def _parcel(stand: Stand, ready: Sequence[Prepared], tracking: str) -> Parcel:
    return Parcel(
        id=1,
        connection="web",
        company="acme",
        scope="orders",
        digest=digest_of((one.order.key, one.payload_hash) for one in ready),
        tracking=tracking,
        keys=tuple(one.order.key for one in ready),
        opened_at=stand.clock.now(),
    )


def _collected(session: Opened, parcel: Parcel) -> Mapping[str, Outcome]:
    found: Mapping[str, Outcome] | Failure = session.orders.collect([parcel])
    assert not isinstance(found, Failure), found
    assert set(found) <= set(parcel.keys)
    return found


def _lies(outcome: Outcome) -> bool:
    return isinstance(outcome, HandedOver)


def _next_question(found: Mapping[str, Outcome]) -> datetime | None:
    """When to ask again for what waits; None when nothing does."""
    waits = [one for one in found.values() if isinstance(one, HandedOver)]
    return waits[0].not_before if waits else None


def test_the_room_says_that_it_hands_over(stand: Stand, desktop: DesktopStand) -> None:
    assert stand.company.about.orders.hands_over
    assert stand.company.about.orders.orders_per_call > 1


def test_what_lies_there_is_not_booked_and_stays_handed_over_however_often_it_is_asked(
    stand: Stand, desktop: DesktopStand
) -> None:
    orders = _orders(stand, 3)
    with opened(stand.company) as session:
        parcel = _handed_over(stand, session, orders)
        for _ in range(3):
            stand.advance(3600)
            found = _collected(session, parcel)
            assert set(found) == set(parcel.keys)
            assert all(isinstance(one, HandedOver) for one in found.values())
            assert {one.parcel for one in found.values() if isinstance(one, HandedOver)} == {parcel.tracking}

    assert [stand.booked(one.key) for one in orders] == [[], [], []]


def test_a_late_result_is_read_record_by_record(stand: Stand, desktop: DesktopStand) -> None:
    orders = _orders(stand, 3)
    desktop.refuse(orders[1].key)
    with opened(stand.company) as session:
        parcel = _handed_over(stand, session, orders)
        stand.advance(6 * 3600)
        desktop.work()
        found = _collected(session, parcel)
        again = _collected(session, parcel)

    assert failed(found[orders[1].key]).code is Code.REFUSED
    for one in (orders[0], orders[2]):
        [booked] = stand.booked(one.key)
        assert accepted(found[one.key]).id == booked.id
    assert stand.booked(orders[1].key) == []
    assert again == found, "reading a result takes nothing away"


def test_a_partial_result_is_true_for_those_that_it_names_and_for_no_other(
    stand: Stand, desktop: DesktopStand
) -> None:
    orders = _orders(stand, 4)
    with opened(stand.company) as session:
        parcel = _handed_over(stand, session, orders)
        desktop.work(at_most=2)
        found = _collected(session, parcel)
        assert [isinstance(found[one.key], Accepted) for one in orders] == [True, True, False, False]
        assert all(isinstance(found[one.key], HandedOver) for one in orders[2:])
        desktop.work()
        assert all(isinstance(one, Accepted) for one in _collected(session, parcel).values())

    assert [len(stand.booked(one.key)) for one in orders] == [1, 1, 1, 1]


def test_what_a_result_leaves_out_has_no_outcome_and_is_found_by_the_look_up(
    stand: Stand, desktop: DesktopStand
) -> None:
    orders = _orders(stand, 2)
    desktop.leave_out(orders[1].key)
    with opened(stand.company) as session:
        parcel = _handed_over(stand, session, orders)
        desktop.work()
        found = dict(_collected(session, parcel))
        accepted(found.pop(orders[0].key))
        if (
            found
        ):  # the product says of the whole file that it was worked through, or the room has looked it up
            [booked] = stand.booked(orders[1].key)
            assert accepted(found[orders[1].key]).number in ("", booked.number)
            return
        assert [one.ours for one in find(session, orders[1])] == [True]


def test_a_lost_result_never_turns_into_one(stand: Stand, desktop: DesktopStand) -> None:
    orders = _orders(stand, 2)
    desktop.lose_results()
    with opened(stand.company) as session:
        parcel = _handed_over(stand, session, orders)
        desktop.work()
        stand.advance(26 * 3600)
        found = _collected(session, parcel)
        booked = {one.id for order in orders for one in stand.booked(order.key)}
        assert [
            one for one in found.values() if getattr(one, "id", "") not in booked and not _lies(one)
        ] == []
        assert [one.ours for order in orders for one in find(session, order)] == [True, True]


def test_a_file_that_is_refused_whole_says_so_of_each_and_halves_name_the_bad_one(
    stand: Stand, desktop: DesktopStand
) -> None:
    orders = _orders(stand, 4)
    bad = orders[2]
    desktop.refuse_files_with(bad.key)
    waiting, refused, files = [orders], [], 0
    with opened(stand.company) as session:
        while waiting:
            part = waiting.pop()
            parcel = _handed_over(stand, session, part)
            files += 1
            desktop.work()
            codes = {one.code for one in _collected(session, parcel).values() if isinstance(one, Failure)}
            assert codes <= {Code.PARCEL_REFUSED}
            if codes and len(part) > 1:
                middle = len(part) // 2
                waiting += [part[:middle], part[middle:]]
            elif codes:
                refused += part

    assert refused == [bad]
    assert files == 5
    assert [len(stand.booked(one.key)) for one in orders] == [1, 1, 0, 1]


def test_a_process_that_died_before_it_kept_the_reference_finds_its_file_by_content(
    stand: Stand, desktop: DesktopStand
) -> None:
    """Where the product alone knows the reference it stays unknown; the orders are found all the same."""
    orders = _orders(stand, 2)
    with opened(stand.company) as session:
        kept = _handed_over(stand, session, orders)
        ready = [prepared(session, one) for one in orders]
    other = desktop.again()
    with opened(other) as session:
        unknown = _parcel(stand, ready, "")
        lies = list(_collected(session, unknown).values())
        named = [one.parcel for one in lies if isinstance(one, HandedOver)]
        assert named in ([kept.tracking] * 2, ["", ""])
        desktop.work()
        assert all(isinstance(one, Accepted) for one in _collected(session, unknown).values())
    other.close()

    assert [len(stand.booked(one.key)) for one in orders] == [1, 1]


def test_a_reference_that_is_given_before_is_the_one_under_which_the_file_lies(
    stand: Stand, desktop: DesktopStand
) -> None:
    orders = _orders(stand, 2)
    with opened(stand.company) as session:
        ready = [prepared(session, one) for one in orders]
        given: HandedOver | Failure = session.order_tracking.reserve(ready)
        assert isinstance(given, HandedOver), given
        early = _collected(session, _parcel(stand, ready, given.parcel))
        assert [one for one in early.values() if isinstance(one, Accepted)] == []
        answers: dict[str, Outcome] = dict(session.orders.send(ready))
        assert {one.parcel for one in answers.values() if isinstance(one, HandedOver)} == {given.parcel}
        desktop.work()
        found = _collected(session, _parcel(stand, ready, given.parcel))

    assert all(isinstance(one, Accepted) for one in found.values())
    assert [len(stand.booked(one.key)) for one in orders] == [1, 1]


def test_a_reference_under_which_nothing_came_is_no_order(stand: Stand, desktop: DesktopStand) -> None:
    orders = _orders(stand, 2)
    with opened(stand.company) as session:
        ready = [prepared(session, one) for one in orders]
        given: HandedOver | Failure = session.order_tracking.reserve(ready)
        assert isinstance(given, HandedOver), given
        desktop.work()
        found = _collected(session, _parcel(stand, ready, given.parcel))

    assert [one for one in found.values() if isinstance(one, Accepted)] == []
    assert [stand.booked(one.key) for one in orders] == [[], []]


def test_a_file_that_never_arrived_is_to_be_sent_again(stand: Stand, desktop: DesktopStand) -> None:
    orders = _orders(stand, 2)
    with opened(stand.company) as session:
        ready = [prepared(session, one) for one in orders]
        stand.inject("drop_before", "send")
        answers: dict[str, Outcome] = dict(session.orders.send(ready))
        assert {failed(one).code for one in answers.values()} == {Code.NO_ANSWER}
        parcel = _parcel(stand, ready, "")
        found = _collected(session, parcel)
        while until := _next_question(found):  # it may still arrive
            stand.advance((until - stand.clock.now()).total_seconds())
            assert stand.clock.now() - parcel.opened_at < LONGEST_WAIT
            found = _collected(session, parcel)

    assert {failed(found[one.key]).code for one in orders} == {Code.TRANSIENT}


def test_a_file_whose_answer_was_lost_lies_there_all_the_same(stand: Stand, desktop: DesktopStand) -> None:
    orders = _orders(stand, 2)
    with opened(stand.company) as session:
        ready = [prepared(session, one) for one in orders]
        stand.inject("drop_after", "send")
        answers: dict[str, Outcome] = dict(session.orders.send(ready))
        assert all(isinstance(one, Failure) and one.sent for one in answers.values())
        found = _collected(session, _parcel(stand, ready, ""))

    assert [type(found[one.key]) for one in orders] == [HandedOver, HandedOver]


def test_a_file_that_another_one_replaced_has_no_result_and_was_never_entered(
    stand: Stand, desktop: DesktopStand
) -> None:
    if not desktop.second_file_replaces:
        pytest.skip("files lie beside one another")
    assert stand.company.about.orders.one_parcel, "the hub must not send a second one"
    first, second = _orders(stand, 2)
    with opened(stand.company) as session:
        replaced = _handed_over(stand, session, [first])
        parcel = _handed_over(stand, session, [second])
        desktop.work()
        assert _collected(session, replaced) == {}
        accepted(_collected(session, parcel)[second.key])

    assert stand.booked(first.key) == []


def test_a_file_says_until_when_it_is_kept_and_is_gone_after(stand: Stand, desktop: DesktopStand) -> None:
    if desktop.kept_for is None:
        pytest.skip("files lie there for ever")
    [order] = _orders(stand, 1)
    with opened(stand.company) as session:
        parcel = _handed_over(stand, session, [order])
        [lies] = _collected(session, parcel).values()
        assert isinstance(lies, HandedOver)
        assert lies.expires == stand.clock.now() + desktop.kept_for
        stand.advance(desktop.kept_for.total_seconds() + 1)
        desktop.work()

    assert stand.booked(order.key) == []


def test_a_result_that_cannot_be_read_is_a_failure_of_the_read(stand: Stand, desktop: DesktopStand) -> None:
    orders = _orders(stand, 2)
    with opened(stand.company) as session:
        parcel = _handed_over(stand, session, orders)
        desktop.work()
        stand.lock()
        assert failed(session.orders.collect([parcel])).ends_cycle
        stand.unlock()
        assert all(isinstance(one, Accepted) for one in _collected(session, parcel).values())
