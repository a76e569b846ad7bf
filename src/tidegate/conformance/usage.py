"""What a room says of its use and its budget, and that it stands down when a window is near."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tidegate.conformance.opened import opened
from tidegate.conformance.stand import Stand, accepted, make_order, send
from tidegate.domain.errors import Failure, Group
from tidegate.sage.port.session import Purpose
from tidegate.sage.port.usage import Measure


def test_what_is_used_is_counted_and_never_less(stand: Stand) -> None:
    before = stand.company.usage()
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 213)))
    after = stand.company.usage()

    assert after.calls > before.calls
    assert after.calls == stand.company.calls
    assert all(after.of(each) >= before.of(each) for each in Measure)


def test_a_seat_is_counted_by_its_time(stand: Stand) -> None:
    before, began = stand.company.usage(), stand.clock.now()
    with opened(stand.company):
        holds_one = bool(stand.seats.in_use)  # a room without seats counts none
        stand.advance(30)
    passed = (stand.clock.now() - began).total_seconds()
    used = stand.company.usage().seat_seconds - before.seat_seconds

    assert used == (int(passed) if holds_one else 0)


def test_a_budget_leaves_something_for_us_and_asks_nobody(stand: Stand) -> None:
    calls = stand.company.calls
    for allowance in stand.company.budget():
        assert allowance.ours >= 1
        assert allowance.per > timedelta(0)
    assert stand.company.calls == calls


def test_who_stands_down_begins_nothing_new_and_ends_what_is_open(stand: Stand) -> None:
    if not stand.company.about.drains_for:
        pytest.skip("nothing stands between us and this product")
    with opened(stand.company) as session:
        stand.company.stand_down(stand.clock.now() + timedelta(hours=1))
        with stand.company.session(Purpose.READING) as second:
            assert isinstance(second, Failure)
            assert second.group is Group.WAIT_FOR_WINDOW
        accepted(send(session, make_order(stand, 213)))
    stand.advance(3601)
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 214)))
