"""Rooms that are entered by a sign-in: renewed in time, once, by one; and its end is reported."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest

from tidegate.conformance.at_once import PATIENCE, at_once
from tidegate.conformance.door_stand import SignInStand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import Stand, accepted, failed, find, make_order, send
from tidegate.domain.errors import Code, Failure, Group
from tidegate.sage.port.company import Company
from tidegate.sage.port.orders import OrderKey


@pytest.fixture
def entrance(stand: Stand) -> SignInStand:
    if stand.sign_ins is None:
        pytest.skip("this product has no sign-in")
    return stand.sign_ins


def test_a_token_that_ends_in_the_middle_of_a_batch_is_renewed_unseen(
    stand: Stand, entrance: SignInStand
) -> None:
    with opened(stand.company) as session:
        for number in range(800, 804):
            accepted(send(session, make_order(stand, number)))
            if number == 801:
                entrance.end_access()
        for number in range(800, 804):
            assert [one.ours for one in find(session, make_order(stand, number))] == [True]

    assert entrance.refreshes() == 1
    assert all(len(stand.booked(f"magento:main:{number}")) == 1 for number in range(800, 804))


def test_a_token_is_renewed_before_it_ends(stand: Stand, entrance: SignInStand) -> None:
    with opened(stand.company) as session:
        find(session, make_order(stand, 1))
        stand.advance(entrance.access_seconds() - 30)
        find(session, make_order(stand, 1))

    assert entrance.refreshes() == 1
    assert entrance.refusals() == 0


def test_a_working_day_of_renewals_never_offers_a_token_twice(stand: Stand, entrance: SignInStand) -> None:
    with opened(stand.company) as session:
        for _ in range(12):
            find(session, make_order(stand, 1))
            stand.advance(entrance.access_seconds() / 2)

    assert entrance.refreshes() >= 5
    assert entrance.refusals() == 0


def test_two_workers_make_one_refresh(stand: Stand, entrance: SignInStand) -> None:
    other = entrance.again()
    with opened(stand.company) as session:
        find(session, make_order(stand, 1))
    entrance.end_access()
    outcomes: list[object] = []
    start = threading.Barrier(8, timeout=PATIENCE / 2)

    def work(company: Company, number: int) -> None:
        start.wait()
        with opened(company) as session:
            outcomes.append(send(session, make_order(stand, number)))

    at_once(*(partial(work, other if index % 2 else stand.company, 900 + index) for index in range(8)))
    other.close()

    assert [outcome for outcome in outcomes if isinstance(outcome, Failure)] == []
    assert entrance.refreshes() == 1
    assert entrance.refusals() == 0
    assert all(len(stand.booked(f"magento:main:{900 + index}")) == 1 for index in range(8))


def test_an_end_that_renewals_move_is_far_while_it_is_used_and_announced_where_it_is_not(
    stand: Stand, entrance: SignInStand
) -> None:
    if not entrance.renewals_move_the_end:
        pytest.skip("a renewal does not move the end")
    days = entrance.sign_in_days()
    for _ in range(4):  # more than three of its lives, used now and then
        stand.advance((days - 5) * 86400)
        assert entrance.sign_in.warning() is not None
        with opened(stand.company) as session:
            find(session, make_order(stand, 1))
        assert entrance.sign_in.ends_at() == stand.clock.now() + timedelta(days=days)
        assert entrance.sign_in.warning() is None
    stand.advance(days * 86400)
    for _ in range(3):
        with opened(stand.company) as session:
            failure = failed(session.order_search.find([OrderKey("magento:main:1", "000000001")]))
        assert failure.code is Code.SIGN_IN_EXPIRED
        assert failure.group is Group.HALT_AND_ALERT
    assert entrance.refusals() == 1
    assert any(one.verdict == "fail" for one in stand.company.examine())


def test_the_absolute_end_is_announced_and_then_halts_without_a_loop(
    stand: Stand, entrance: SignInStand
) -> None:
    if entrance.renewals_move_the_end:
        pytest.skip("each renewal begins its life anew")
    days = entrance.sign_in_days()
    end = entrance.sign_in.ends_at()
    assert end == stand.clock.now() + timedelta(days=days)
    assert entrance.sign_in.warning() is None
    stand.advance((days - 5) * 86400)
    assert entrance.sign_in.warning() is not None
    with opened(stand.company) as session:
        find(session, make_order(stand, 1))
    assert entrance.sign_in.ends_at() == end, "a refresh does not move it"
    stand.advance(6 * 86400)

    order = make_order(stand, 213)
    for _ in range(3):
        with opened(stand.company) as session:
            failure = failed(session.order_search.find([]) or session.orders.prepare([order])[0])
        assert failure.code is Code.SIGN_IN_EXPIRED
        assert failure.group is Group.HALT_AND_ALERT
        assert failure.sent is False
    assert entrance.refusals() == 1
    assert any(one.verdict == "fail" for one in stand.company.examine())
