"""Seats over all threads and processes: never more than the limit, and free again when their holder is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest

from integration.ledger.conftest import Ledger
from integration.ledger.making import NOW, side_by_side
from tidegate.clock import VirtualClock
from tidegate.domain.errors import Code, Failure
from tidegate.engine import seats as engine_seats
from tidegate.engine.seats import PATIENCE, LedgerSeats
from tidegate.ledger import database, lease, seats
from tidegate.ledger.faults import LeaseLost, LedgerError
from tidegate.ledger.lease import Lease
from tidegate.sage.seats import SeatPool, SeatPools

POOL = ("abacus", "https://books.example", "acme")
NAME = "|".join(POOL)


def pool_of(holder: str, clock: VirtualClock, limit: int = 2) -> SeatPool:
    """The company's seats as another process sees them."""
    return SeatPools(LedgerSeats(holder, clock), clock).pool(POOL, limit)


def in_use(now: VirtualClock) -> int:
    return seats.in_use(NAME, now.now())


def test_seats_are_counted_over_processes(ledger: Ledger) -> None:
    clock = VirtualClock(NOW)
    first, second, third = (pool_of(name, clock) for name in "abc")
    with first.seat() as one, second.seat() as two:
        assert (one, two, in_use(clock)) == (None, None, 2)
        with third.seat(wait=False) as refused:
            assert isinstance(refused, Failure)
            assert refused.code is Code.NO_SEAT
            assert refused.sent is False
        assert (third.in_use, in_use(clock)) == (0, 2)
    assert in_use(clock) == 0
    with third.seat() as free:
        assert free is None


def test_pools_are_apart(ledger: Ledger) -> None:
    clock = VirtualClock(NOW)
    registry = LedgerSeats("a", clock)
    one = SeatPools(registry, clock).pool(("abacus", "endpoint"), 1)
    with one.seat(), pool_of("b", clock, 1).seat() as other:
        assert other is None


def test_who_waits_gets_the_seat_or_a_failure_in_the_end(ledger: Ledger) -> None:
    clock = VirtualClock(NOW)
    with pool_of("a", clock, 1).seat(), pool_of("b", clock, 1).seat() as refused:
        assert isinstance(refused, Failure)
    assert clock.monotonic() - 0.0 >= PATIENCE or clock.now() >= NOW + timedelta(seconds=PATIENCE)


def test_a_lost_holder_keeps_its_seat_no_longer_than_its_lease(ledger: Ledger) -> None:
    clock = VirtualClock(NOW)
    dead = LedgerSeats("dead", clock)
    assert dead.take(NAME, 1, wait=False) is not None
    living = pool_of("living", clock, 1)
    with living.seat(wait=False) as refused:
        assert refused is not None
    clock.advance(600)
    with living.seat(wait=False) as refused:
        assert refused is None
        with pytest.raises(LeaseLost):  # it comes back, and its fence is old
            dead.keep()


def test_a_seat_that_is_kept_does_not_expire(ledger: Ledger) -> None:
    clock = VirtualClock(NOW)
    registry = LedgerSeats("a", clock)
    pool = SeatPools(registry, clock).pool(POOL, 1)
    with pool.seat():
        for _ in range(4):
            clock.advance(seats.SEAT_SECONDS / 2)
            registry.keep()
        with pool_of("b", clock, 1).seat(wait=False) as refused:
            assert refused is not None
    assert in_use(clock) == 0


def test_a_seat_that_another_thread_gives_back_meanwhile_is_not_lost(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock(NOW)
    registry = LedgerSeats("a", clock)
    held = registry.take(NAME, 1, wait=False)
    clock.advance(seats.SEAT_SECONDS / 2)
    renew = lease.renew

    def overtaken(one: Lease, *more: Any) -> Lease:
        registry.give_back(held)
        return renew(one, *more)

    monkeypatch.setattr(engine_seats.lease, "renew", overtaken)
    registry.keep()  # no LeaseLost


def test_a_lent_seat_is_free_for_others(ledger: Ledger) -> None:
    clock = VirtualClock(NOW)
    mine, others = pool_of("a", clock, 1), pool_of("b", clock, 1)
    with mine.seat():
        with mine.lent(), others.seat(wait=False) as lent:
            assert lent is None
        assert in_use(clock) == 1
        with others.seat(wait=False) as refused:
            assert refused is not None


def test_a_lowered_limit_counts_the_seats_above_it(ledger: Ledger) -> None:
    clock = VirtualClock(NOW)
    three = pool_of("a", clock, 3)
    with three.seat():
        held = LedgerSeats("b", clock)
        assert held.take(NAME, 3, wait=False) is not None
        with pool_of("c", clock, 2).seat(wait=False) as refused:
            assert refused is not None


def test_a_seat_that_could_not_be_given_back_is_used_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock(NOW)
    pool = pool_of("a", clock, 1)

    def full(held: Lease, now: object) -> bool:
        raise LedgerError("the disk is full")

    with pool.seat():
        monkeypatch.setattr(engine_seats.lease, "release", full)
    monkeypatch.undo()
    assert in_use(clock) == 1
    with pool.seat(wait=False) as refused:
        assert refused is None
    assert in_use(clock) == 0


def test_a_session_is_never_opened_inside_a_transaction(ledger: Ledger) -> None:
    pool = pool_of("a", VirtualClock(NOW))
    with database.transaction("test"), pytest.raises(RuntimeError, match="inside a transaction"), pool.seat():
        pass


def test_of_many_threads_of_two_holders_no_more_work_than_there_are_seats(ledger: Ledger) -> None:
    clock = VirtualClock(NOW)
    pools = (pool_of("a", clock), pool_of("b", clock))
    now, most, guard = 0, 0, threading.Lock()

    def work(number: int) -> str:
        nonlocal now, most
        for _ in range(3):
            with pools[number % 2].seat() as refused:
                if refused is not None:
                    return "refused"  # virtual time passes quickly
                with guard:
                    now += 1
                    most = max(most, now)
                assert (
                    len([each for each in lease.holders(clock.now()) if each.scope == seats.scope_of(NAME)])
                    <= 2
                )
                with guard:
                    now -= 1
        return "worked"

    assert set(side_by_side(8, work)) <= {"worked", "refused"}
    assert 1 <= most <= 2
    assert in_use(clock) == 0


RACE = """
import sys, threading
from tidegate.clock import SystemClock
from tidegate.engine.seats import LedgerSeats
from tidegate.ledger import database, seats
from tidegate.sage.seats import SeatPools
database.open_ledger(sys.argv[1])
clock = SystemClock()
pool = SeatPools(LedgerSeats(sys.argv[2], clock), clock).pool(("abacus", "https://books.example", "acme"), 2)
seen = []
def work():
    for _ in range(4):
        with pool.seat() as refused:
            assert refused is None, refused
            seen.append(seats.in_use("abacus|https://books.example|acme", clock.now()))
            clock.wait(0.02)
    database.close()
threads = [threading.Thread(target=work) for _ in range(3)]
for each in threads: each.start()
for each in threads: each.join()
print(len(seen), max(seen))
"""


@pytest.mark.process
def test_of_two_processes_no_more_work_than_there_are_seats(ledger: Ledger) -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, ledger.url, f"process-{number}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    answers = [run.communicate(timeout=120) for run in runs]
    for answer, problems in answers:
        done, most = answer.split() or (problems, "")
        assert (done, most in "12") == ("12", True), answers
