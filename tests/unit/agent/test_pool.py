"""The seats of the agent: lent in order, never more than configured, surely given back."""

from __future__ import annotations

import threading

import pytest

from tidegate_agent.caller import CallFailed
from tidegate_agent.clock import MachineClock
from tidegate_agent.embedded import VirtualClock
from tidegate_agent.failure import Failure
from tidegate_agent.pool import Pool
from tidegate_agent.settings import Seats
from tidegate_sandbox.clock import SandboxClock
from unit.agent.stand import START


class Fake:
    """A session that notes what is done with it."""

    def __init__(
        self, company: str, log: list[str], *, bad_drop: bool = False, bad_open: bool = False
    ) -> None:
        self.company = company
        self._log = log
        self._bad_drop = bad_drop
        self._bad_open = bad_open

    def open(self) -> None:
        self._log.append(f"open {self.company}")
        if self._bad_open:
            raise Failure("seat_limit", "none free")

    def drop(self) -> None:
        self._log.append(f"drop {self.company}")
        if self._bad_drop:
            raise CallFailed("does not drop")

    def kill(self) -> None:
        self._log.append(f"kill {self.company}")


class Stand:
    """A pool with its clock and log."""

    def __init__(self, *, bad_drop: bool = False, bad_open: bool = False, **seats: float) -> None:
        self.log: list[str] = []
        self.clock = SandboxClock.virtual(START)
        self.pool: Pool[Fake] = Pool(
            Seats(**seats),  # type: ignore[arg-type]
            VirtualClock(self.clock),
            lambda company: Fake(company, self.log, bad_drop=bad_drop, bad_open=bad_open),
        )

    def use(self, company: str = "ABC") -> None:
        with self.pool.lease(company):
            pass

    def is_even(self) -> bool:
        totals = self.pool.totals
        return totals.opened == totals.dropped + totals.killed and self.pool.open_sessions == 0


def test_a_session_is_kept_for_the_next_of_its_company_and_dropped_when_idle() -> None:
    stand = Stand()
    stand.use()
    stand.use()
    assert stand.log == ["open ABC"]
    stand.clock.advance(30)
    stand.pool.tick()
    assert stand.log == ["open ABC", "drop ABC"]
    assert stand.is_even()


def test_the_seat_of_another_company_is_given_back_before_a_new_one_is_taken() -> None:
    stand = Stand()
    stand.use("ABC")
    stand.use("XYZ")
    assert stand.log == ["open ABC", "drop ABC", "open XYZ"]


def test_never_more_sessions_than_seats_and_a_refusal_after_the_time_limit() -> None:
    stand = Stand(seats=1, acquire_timeout_s=20)
    with stand.pool.lease("ABC"), pytest.raises(Failure) as refused, stand.pool.lease("ABC"):
        pass
    assert (refused.value.kind, refused.value.retry_after) == ("pool_busy", 30)
    assert stand.pool.totals.opened == 1
    assert stand.clock.now().timestamp() - START.timestamp() == 20


def test_a_session_that_raised_in_the_com_layer_is_never_lent_again() -> None:
    stand = Stand()
    with pytest.raises(CallFailed), stand.pool.lease("ABC"):
        raise CallFailed("gone")
    assert stand.log == ["open ABC", "drop ABC"]
    assert stand.is_even()


def test_a_session_is_dropped_when_the_work_itself_fails() -> None:
    stand = Stand()
    with pytest.raises(KeyError), stand.pool.lease("ABC"):
        raise KeyError("a bug")
    stand.pool.drain(0)
    assert stand.is_even()


def test_what_cannot_be_dropped_is_killed_and_counted() -> None:
    stand = Stand(bad_drop=True)
    stand.use()
    assert stand.pool.drain(0)
    assert stand.log == ["open ABC", "drop ABC", "kill ABC"]
    assert stand.pool.numbers()["leaked_total"] == stand.pool.numbers()["killed_total"] == 1
    assert stand.is_even()


def test_a_session_that_could_not_be_opened_gives_back_what_it_took() -> None:
    stand = Stand(bad_open=True)
    with pytest.raises(Failure) as refused:
        stand.use()
    assert refused.value.kind == "seat_limit"
    assert stand.log == ["open ABC", "drop ABC"]
    assert stand.is_even()


def test_old_sessions_are_made_anew() -> None:
    stand = Stand(life_ttl_s=100, max_records_per_session=2, idle_ttl_s=1000)
    with stand.pool.lease("ABC") as held:
        held.records = 2
    stand.use()
    stand.clock.advance(100)
    stand.use()
    assert stand.log == ["open ABC", "drop ABC", "open ABC", "drop ABC", "open ABC"]


def test_a_company_has_one_session_where_the_product_says_so() -> None:
    stand = Stand(seats=3, life_ttl_s=100, idle_ttl_s=1000)
    stand.pool.one_a_company = True
    with stand.pool.lease("ABC"), stand.pool.lease("XYZ"):
        with pytest.raises(Failure) as refused, stand.pool.lease("ABC"):
            pass
        assert refused.value.kind == "pool_busy"
    stand.clock.advance(100)
    stand.use("ABC")
    assert [line for line in stand.log if "ABC" in line] == ["open ABC", "drop ABC", "open ABC"]
    assert stand.pool.drain(0)
    assert stand.is_even()


def test_drained_means_no_session_and_no_work_until_it_is_resumed() -> None:
    stand = Stand()
    stand.use()
    assert stand.pool.drain(0)
    with pytest.raises(Failure) as refused:
        stand.use()
    assert refused.value.kind == "locked"
    stand.pool.resume()
    stand.use()
    assert stand.log == ["open ABC", "drop ABC", "open ABC"]


def test_drain_waits_for_the_record_in_hand_no_longer_than_it_may() -> None:
    stand = Stand()
    with stand.pool.lease("ABC"):
        assert not stand.pool.drain(5)
    assert stand.is_even()


def test_leases_go_in_order_of_arrival() -> None:
    log: list[str] = []
    pool: Pool[Fake] = Pool(Seats(seats=1), MachineClock(), lambda company: Fake(company, log))
    order: list[int] = []
    threads = []

    def work(number: int) -> None:
        with pool.lease("ABC"):
            order.append(number)

    with pool.lease("ABC"):
        for number in range(4):
            thread = threading.Thread(target=work, args=(number,))
            thread.start()
            threads.append(thread)
            while pool.numbers()["waiting"] != number + 1:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3]
    assert pool.totals.opened == 1
