"""Seats: a hard maximum over all threads, given back however the block ends."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from tidegate.clock import VirtualClock
from tidegate.domain.errors import Code
from tidegate.sage.seats import SeatHeldTwice, SeatPool, SeatPools


def test_seats_are_given_back_after_an_error() -> None:
    pool = SeatPool(1)

    def work() -> None:
        with pool.seat():
            assert pool.in_use == 1
            raise LookupError

    with pytest.raises(LookupError):
        work()

    assert pool.in_use == 0
    assert pool.highest == 1


def test_never_more_than_the_limit_over_many_threads() -> None:
    pool = SeatPool(3)
    seen: list[int] = []

    def work() -> None:
        for _ in range(50):
            with pool.seat():
                seen.append(pool.in_use)

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 500
    assert max(seen) <= 3
    assert pool.highest <= 3
    assert pool.in_use == 0


def test_a_waiting_thread_gets_the_seat_that_is_given_back() -> None:
    pool = SeatPool(1)
    got = threading.Event()

    def work() -> None:
        with pool.seat():
            got.set()

    with pool.seat():
        thread = threading.Thread(target=work)
        thread.start()
        assert not got.wait(0.05)
    assert got.wait(5)
    thread.join()


def test_a_thread_that_would_wait_for_itself_is_reported() -> None:
    pool = SeatPool(1)

    with pool.seat(), pytest.raises(SeatHeldTwice), pool.seat():
        pass

    assert pool.in_use == 0


def test_a_lent_seat_is_free_for_the_block_and_taken_back() -> None:
    pool = SeatPool(1)

    with pool.seat():
        with pool.lent():
            assert pool.in_use == 0
            with pool.seat():
                assert pool.in_use == 1
        assert pool.in_use == 1
        with pytest.raises(SeatHeldTwice), pool.seat():
            pass

    assert (pool.in_use, pool.highest) == (0, 1)


def test_one_company_has_one_pool_however_often_it_is_opened() -> None:
    pools = SeatPools()

    first = pools.pool(("sage200", "site", "1"), 1)
    again = pools.pool(("sage200", "site", "1"), 2)

    assert again is first
    assert first.limit == 2
    assert pools.pool(("sage200", "site", "2"), 1) is not first


def test_no_company_without_a_seat() -> None:
    with pytest.raises(ValueError, match="at least one seat"):
        SeatPool(0)


class Elsewhere:
    """A registry whose seats are all taken by others, or free."""

    def __init__(self, *, free: bool) -> None:
        self.free, self.out = free, 0

    def take(self, pool: str, limit: int, *, wait: bool) -> object | None:
        self.out += self.free
        return object() if self.free else None

    def give_back(self, held: object) -> None:
        self.out -= 1


def test_a_seat_that_others_hold_is_a_failure_and_nothing_is_kept() -> None:
    pool = SeatPool(1, registry=Elsewhere(free=False))

    for _ in range(2):
        with pool.seat() as refused:
            assert refused is not None
            assert refused.code is Code.NO_SEAT
    assert (pool.in_use, pool.highest) == (0, 0)


def test_every_seat_goes_back_to_the_registry() -> None:
    elsewhere = Elsewhere(free=True)
    pool = SeatPool(2, registry=elsewhere)

    with pool.seat(), pool.seat():
        assert elsewhere.out == 2
        with pool.lent():
            assert elsewhere.out == 0
        assert elsewhere.out == 2
    assert elsewhere.out == 0


def test_without_waiting_a_seat_of_this_process_is_not_free_either() -> None:
    pool = SeatPool(1)
    answers: list[object] = []

    def work() -> None:
        with pool.seat(wait=False) as refused:
            answers.append(refused)

    with pool.seat():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(5)
    assert [getattr(each, "code", None) for each in answers] == [Code.NO_SEAT]


def test_seat_seconds_are_counted() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    pool = SeatPool(2, clock=clock)

    with pool.seat():
        clock.advance(10)
        with pool.lent():
            clock.advance(100)
        with pool.seat():
            clock.advance(5)

    assert pool.seconds == 20
