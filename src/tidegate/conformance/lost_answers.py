"""Answers that are lost, late or garbled: never taken for a success, never sent again unseen."""

from __future__ import annotations

from typing import Any

import pytest

from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import Stand, accepted, failed, find, make_order, prepared, send
from tidegate.domain.errors import Code, Group
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.sage.port.orders import OrderKey

CARRIED_OUT: list[tuple[str, dict[str, Any]]] = [
    ("drop_after", {}),
    ("cut_body", {}),
    ("garbage", {}),
    ("login_page", {"effect": True}),
    ("status", {"status": 500, "effect": True}),
    ("status", {"status": 502, "effect": True}),
    ("status", {"status": 504, "effect": True}),
    ("slow", {"seconds": 1000, "effect": "now"}),
]

NOT_CARRIED_OUT: list[tuple[str, dict[str, Any]]] = [
    ("drop_before", {}),
    ("garbage", {"effect": False}),
    ("login_page", {}),
    ("status", {"status": 500}),
    ("status", {"status": 502}),
    ("status", {"status": 503}),
    ("status", {"status": 504}),
    ("slow", {"seconds": 1000, "effect": "never"}),
]


def left_in_doubt(
    stand: Stand, session: Opened, order: SalesOrder, kind: str, options: dict[str, Any]
) -> None:
    """The request was sent and its answer says nothing: the order must be looked up first."""
    stand.inject(kind, "send", **options)
    failure = failed(send(session, order))
    assert failure.group is Group.VERIFY_FIRST
    assert failure.sent


def sent_before(stand: Stand, session: Opened) -> SalesOrder:
    """An order that the company has, and nothing remembered of the company's lists."""
    order = make_order(stand, 213)
    accepted(send(session, order))
    stand.company.forget()
    return order


@pytest.mark.parametrize(("kind", "options"), CARRIED_OUT)
def test_an_order_whose_answer_was_lost_is_in_doubt_and_then_found(
    stand: Stand, kind: str, options: dict[str, Any]
) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        left_in_doubt(stand, session, order, kind, options)
        [found] = find(session, order)

    assert found.ours
    assert found.gross == order.gross
    [booked] = stand.booked(order.key)
    assert booked.number == found.number


@pytest.mark.parametrize(("kind", "options"), NOT_CARRIED_OUT)
def test_an_order_that_did_not_arrive_looks_the_same_and_is_then_not_found(
    stand: Stand, kind: str, options: dict[str, Any]
) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        left_in_doubt(stand, session, order, kind, options)
        assert find(session, order) == []
        accepted(send(session, order))

    assert len(stand.booked(order.key)) == 1


def test_a_refused_connection_had_no_effect(stand: Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        stand.inject("refuse", "send")
        failure = failed(send(session, order))

    assert failure.code is Code.UNREACHABLE
    assert failure.sent is False
    assert stand.booked(order.key) == []


@pytest.mark.parametrize("seen", ["drop", "timeout"])
def test_a_late_effect_is_found_once_it_has_happened(stand: Stand, seen: str) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        stand.inject("late", "send", seconds=300, seen=seen)
        assert failed(send(session, order)).code is Code.NO_ANSWER
        assert find(session, order) == [], "not yet: a look-up so early proves nothing"
        stand.advance(301)
        [found] = find(session, order)

    assert found.ours
    assert len(stand.booked(order.key)) == 1


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("drop_before", {}),
        ("drop_after", {}),
        ("cut_body", {}),
        ("garbage", {}),
        ("login_page", {}),
        ("status", {"status": 500}),
        ("status", {"status": 502, "times": None}),
        ("status", {"status": 504, "times": None}),
        ("slow", {"seconds": 1000, "times": None}),
        ("refuse", {}),
    ],
)
@pytest.mark.parametrize("call", ["look-up", "prepare"])
def test_a_read_that_fails_is_a_failure_and_never_an_empty_answer(
    stand: Stand, kind: str, options: dict[str, Any], call: Any
) -> None:
    with opened(stand.company) as session:
        order = sent_before(stand, session)
        stand.inject(kind, call, **options)
        if call == "look-up":
            failure = failed(session.order_search.find([OrderKey(order.key, order.reference)]))
        else:
            failure = failed(session.orders.prepare([order])[0])

        assert failure.sent is False, "a read changes nothing"
        assert failure.ends_cycle
        stand.calm()
        assert [one.ours for one in find(session, order)] == [True]
        assert prepared(session, order).order == order


@pytest.mark.parametrize(
    ("kind", "options"),
    [("status", {"status": 502}), ("status", {"status": 504}), ("slow", {"seconds": 1000})],
)
@pytest.mark.parametrize("call", ["look-up", "prepare"])
def test_a_read_that_takes_too_long_goes_on_in_the_same_call_and_misses_nothing(
    stand: Stand, kind: str, options: dict[str, Any], call: Any
) -> None:
    with opened(stand.company) as session:
        order = sent_before(stand, session)
        stand.inject(kind, call, **options)
        if call == "look-up":
            assert [one.ours for one in find(session, order)] == [True]
        else:
            assert prepared(session, order).order == order


def test_a_read_carried_out_twice_does_no_harm(stand: Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        accepted(send(session, order))
        stand.inject("duplicate_request", "look-up")
        assert len(find(session, order)) == 1
