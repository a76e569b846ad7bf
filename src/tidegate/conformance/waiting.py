"""Closed, busy, full: nothing is stored, nothing counts against the order, and it is sent later."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from tidegate.conformance.at_once import PATIENCE, at_once
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import Stand, accepted, failed, find, make_order, prepared, send
from tidegate.domain.errors import Code, Failure, Group
from tidegate.sage.port.orders import OrderKey
from tidegate.sage.port.session import Purpose


def test_a_lock_waits_for_the_next_window_and_stores_nothing(stand: Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        ready = prepared(session, order)
        stand.lock()
        [(_, outcome)] = session.orders.send([ready])
        failure = failed(outcome)
        assert failure.code is Code.LOCKED
        assert failure.group is Group.WAIT_FOR_WINDOW
        assert failure.ends_cycle

        stand.unlock()
        assert find(session, order) == []
        accepted(send(session, order))

    assert len(stand.booked(order.key)) == 1


def test_throttling_waits_as_long_as_the_answer_says(stand: Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        ready = prepared(session, order)
        stand.inject("status", "send", status=429, retry_after=120)
        [(_, outcome)] = session.orders.send([ready])
        failure = failed(outcome)
        assert failure.code is Code.THROTTLED
        assert failure.group is Group.WAIT_FOR_SEAT
        assert failure.retry_after == 120
        assert failure.sent is False
        stand.inject("status", "look-up", status=429)
        looked = failed(session.order_search.find([OrderKey(order.key, order.reference)]))
        assert looked.code is Code.THROTTLED
        assert looked.retry_after is None

    assert stand.booked(order.key) == []


def test_nothing_is_repeated_by_itself(stand: Stand) -> None:
    order = make_order(stand, 213)
    with opened(stand.company) as session:
        ready = prepared(session, order)
        before = stand.company.calls
        stand.inject("status", "send", times=None, status=503)
        list(session.orders.send([ready]))

    assert stand.company.calls - before == stand.codes.order_calls


def test_sessions_never_exceed_the_seats(stand: Stand) -> None:
    limit = stand.company.about.seats

    def work(number: int) -> None:
        with opened(stand.company) as session:
            accepted(send(session, make_order(stand, number)))

    at_once(*(partial(work, 700 + index) for index in range(limit + 4)))

    assert 1 <= stand.seats.highest <= limit
    assert stand.seats.in_use == 0
    assert all(len(stand.booked(f"magento:main:{700 + index}")) == 1 for index in range(limit + 4))


def test_an_enquiry_waits_for_no_seat(stand: Stand) -> None:
    limit = stand.company.about.seats
    taken, over = threading.Barrier(limit + 1), threading.Event()
    waited_for: list[bool] = []

    def work() -> None:
        with opened(stand.company):
            taken.wait(30)
            if not over.wait(10):
                waited_for.append(True)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(limit)]
    for thread in threads:
        thread.start()
    taken.wait(30)
    try:
        with stand.company.session(Purpose.ENQUIRY) as session:
            assert not waited_for
            assert not isinstance(session, Failure) or session.code is Code.NO_SEAT
    finally:
        over.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert stand.seats.in_use == 0


def test_a_seat_is_given_back_when_the_work_fails(stand: Stand) -> None:
    def work() -> None:
        with opened(stand.company):
            assert stand.seats.in_use == 1
            raise LookupError

    with pytest.raises(LookupError):
        work()

    assert stand.seats.in_use == 0


def test_the_check_passes_while_all_is_well_and_says_when_it_is_not(stand: Stand) -> None:
    assert {one.verdict for one in stand.company.examine()} <= {"pass", "warn"}
    stand.lock()
    locked = stand.company.examine()
    stand.unlock()
    stand.forbid("look-up")
    forbidden = stand.company.examine()

    assert all(one.text for one in locked)
    assert any(one.verdict == "fail" and one.remedy for one in forbidden)


def test_the_code_lists_hold_what_orders_name(stand: Stand) -> None:
    lists = stand.company.code_lists()

    assert isinstance(lists, list)
    by_kind = {one.kind: one for one in lists}
    assert set(stand.codes.taxes.values()) <= set(by_kind["tax"].codes)
    rates = {rate: code for code, rate in by_kind["tax"].rates.items() if code in stand.codes.taxes.values()}
    given = stand.company.about.orders.tax.from_store  # then a code may have no rate of its own
    assert rates == dict(stand.codes.taxes) or (given and rates == {})
    assert stand.codes.charge in by_kind["charge"].codes
    assert stand.codes.revenue in by_kind["account"].codes
    assert by_kind["warehouse"].codes
