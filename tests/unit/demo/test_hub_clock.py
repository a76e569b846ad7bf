"""The demonstration's time passes only while the hub waits."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from tidegate.demo.hub_clock import HubClock

START = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)


def test_time_stands_still_while_the_hub_works() -> None:
    asked: list[datetime] = []
    clock = HubClock(START, lambda until: asked.append(until) or until)  # type: ignore[func-returns-value]
    assert clock.now() == clock.now() == START
    assert clock.monotonic() == 0
    assert not clock.wait(90)
    assert asked == [START + timedelta(seconds=90)]
    assert clock.now() == START + timedelta(seconds=90)
    assert clock.monotonic() == 90


def test_the_parent_decides_when_the_hub_goes_on() -> None:
    later = START + timedelta(minutes=7)
    clock = HubClock(START, lambda until: later)
    clock.wait(1)
    assert clock.now() == later


def test_a_wait_for_no_time_asks_nobody() -> None:
    clock = HubClock(START, lambda until: None)
    assert not clock.wait(0)
    assert not clock.wait(-5, threading.Event())


def test_without_a_parent_the_hub_stops() -> None:
    stop = threading.Event()
    clock = HubClock(START, lambda until: None)
    assert clock.wait(60, stop)
    assert stop.is_set()
    assert clock.now() == START


def test_who_is_to_stop_does_not_wait() -> None:
    stop = threading.Event()
    stop.set()
    assert HubClock(START, lambda until: until + timedelta(days=1)).wait(60, stop)


def test_time_stands_still_while_one_of_several_works() -> None:
    asked: list[datetime] = []
    gone = threading.Event()

    def ask(until: datetime) -> datetime | None:
        asked.append(until)
        return None if gone.is_set() else until

    clock = HubClock(START, ask)
    clock.at_work = lambda: 2
    seen: list[datetime] = []

    def other() -> None:
        for seconds in (60, 1000):
            clock.wait(seconds)
            seen.append(clock.now())

    thread = threading.Thread(target=other)
    thread.start()
    clock.wait(30)
    clock.wait(100)
    assert asked == [START + timedelta(seconds=seconds) for seconds in (30, 60, 130)]
    assert seen == [START + timedelta(seconds=60)], "the other one waits on"
    gone.set()
    assert clock.wait(10)
    thread.join(5)
    assert not thread.is_alive()
