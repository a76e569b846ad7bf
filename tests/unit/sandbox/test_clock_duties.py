"""What is due while the clock is moved happens at its time: before a closing, if it was due before it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.window import Window

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Worker:
    """Notes when it works; its work is due at the moments that it was given."""

    def __init__(self, clock: SandboxClock, *minutes: int) -> None:
        self._clock = clock
        self._due = [START + minute * MINUTE for minute in minutes]
        self.done: list[int] = []
        clock.attend(self.next_due, self.work)

    def next_due(self) -> datetime | None:
        return self._due[0] if self._due else None

    def work(self) -> None:
        while self._due and self._due[0] <= self._clock.now():
            self._due.pop(0)
            self.done.append((self._clock.now() - START) // MINUTE)


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock.virtual(START)


@pytest.mark.parametrize("way", ["set", "advance"])
def test_what_is_due_is_done_at_its_own_time(clock: SandboxClock, way: str) -> None:
    worker = Worker(clock, 10, 45, 61)
    if way == "set":
        clock.set(START + 60 * MINUTE)
    else:
        clock.advance(3600)
    assert worker.done == [10, 45]
    assert clock.now() == START + 60 * MINUTE


def test_two_workers_take_turns_by_their_times(clock: SandboxClock) -> None:
    notes: list[str] = []
    for name, due in (("late", 20), ("early", 10)):
        waiting = [START + due * MINUTE]
        clock.attend(
            lambda waiting=waiting: waiting[0] if waiting else None,  # type: ignore[misc]
            lambda name=name, waiting=waiting: (notes.append(name), waiting.clear()),  # type: ignore[misc]
        )
    clock.advance(3600)
    assert notes == ["early", "late"]


def test_what_cannot_be_done_is_asked_for_once_a_move(clock: SandboxClock) -> None:
    tries: list[datetime] = []
    clock.attend(lambda: START + MINUTE, lambda: tries.append(clock.now()))
    clock.advance(120)
    clock.advance(60)
    assert tries == [START + MINUTE, START + 2 * MINUTE]


def test_work_that_takes_time_moves_the_clock_and_calls_nobody(clock: SandboxClock) -> None:
    slow = Worker(clock, 10)
    once = [START + 5 * MINUTE]
    clock.attend(lambda: once[0] if once else None, lambda: clock.advance(600 * len(once)) or once.clear())  # type: ignore[func-returns-value]
    clock.set(START + 7 * MINUTE)
    assert slow.done == []
    assert clock.now() == START + 15 * MINUTE, "it does not go back"
    clock.advance(0)
    assert slow.done == [15]


def test_a_clock_that_is_set_back_does_nothing(clock: SandboxClock) -> None:
    worker = Worker(clock, 10)
    clock.set(START - 60 * MINUTE)
    assert (worker.done, clock.now()) == ([], START - 60 * MINUTE)


@pytest.mark.parametrize(
    ("at", "opens"), [(30, 30), (60, 240), (150, 240), (200, 240), (240, 240), (24 * 60 + 60, 24 * 60 + 180)]
)
def test_when_a_company_is_open_again(clock: SandboxClock, at: int, opens: int) -> None:
    window = Window(clock, UTC)
    window.daily(time(1), 120)
    window.between(START + 170 * MINUTE, START + 240 * MINUTE)
    assert window.open_from(START + at * MINUTE) == START + opens * MINUTE
    window.lock()
    assert window.open_from(START + at * MINUTE) is None
