"""What keeps an order from being made twice: the second sending of a key, under each guard."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tidegate.conformance.opened import opened
from tidegate.conformance.stand import Stand, accepted, failed, goods, make_order, send
from tidegate.domain.errors import Group
from tidegate.sage.port.orders import Guard


def _guarded(stand: Stand, guard: Guard) -> None:
    if stand.company.about.orders.guard is not guard:
        pytest.skip(f"this product does not say `{guard}`")


def test_a_refused_second_order_is_in_doubt_and_never_confirmed(stand: Stand) -> None:
    _guarded(stand, Guard.TARGET_REFUSES)
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        accepted(send(session, order))
        assert failed(send(session, order)).group is Group.VERIFY_FIRST

    assert len(stand.booked(order.key)) == 1


def test_a_replayed_order_is_the_first_one_again(stand: Stand) -> None:
    _guarded(stand, Guard.TARGET_REPLAYS)
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        first = accepted(send(session, order))
        stand.advance(3600)
        second = accepted(send(session, order))

    assert (first.id, first.number) == (second.id, second.number)
    assert len(stand.booked(order.key)) == 1


def test_a_replay_is_over_after_its_days(stand: Stand) -> None:
    _guarded(stand, Guard.TARGET_REPLAYS)
    days = stand.company.about.orders.guard_days
    if days is None:
        pytest.skip("it replays for ever")
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        accepted(send(session, order))
        stand.advance(days * 86_400)
        accepted(send(session, order))

    assert len(stand.booked(order.key)) == 2, "which is why the hub does not send again after that"


def test_an_overwritten_order_has_the_second_content_and_is_one(stand: Stand) -> None:
    _guarded(stand, Guard.TARGET_OVERWRITES)
    first = make_order(stand, 213)
    second = make_order(stand, 213, goods(stand, quantity=Decimal(3)))
    with opened(stand.company) as session:
        made = accepted(send(session, first))
        again = accepted(send(session, second))

    [booked] = stand.booked(first.key)
    assert made.id == again.id == booked.id
    assert booked.gross == second.gross


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_an_order_whose_answer_was_lost_is_one_whatever_is_sent_again(stand: Stand, kind: str) -> None:
    if stand.company.about.orders.guard is Guard.LOOK_UP_FIRST:
        pytest.skip("this product has no guard of its own")
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        stand.inject(kind, "send")
        assert failed(send(session, order)).group is Group.VERIFY_FIRST
        send(session, order)

    assert len(stand.booked(order.key)) == 1
