"""A few threads, many connections: who is served next. Time is handed in, and nothing runs in earnest."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from tidegate.engine import fair_share
from tidegate.engine.fair_share import SHORT, FairShare
from tidegate.engine.schedule import Due
from tidegate.flows.connection import Connection

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FLOWS = ("orders", "order-status", "shipments", "inventory", "prices")
MINUTE = timedelta(minutes=1)


def connection(name: str, company: str = "") -> Connection:
    """As much of one as the choice asks for."""
    return cast(
        Connection,
        SimpleNamespace(name=name, settings=SimpleNamespace(company=company or f"company of {name}")),
    )


def due(tied: Connection, flow: str, seconds: float = 0.0) -> Due:
    return Due(START + timedelta(seconds=seconds), tied, flow)


def put(share: FairShare, *dues: Due) -> None:
    for name in {each.connection.name: None for each in dues}:
        share.put(name, [each for each in dues if each.connection.name == name], share.begun(name))


def begin(share: FairShare) -> tuple[str, str] | None:
    found = share.begin()
    return None if found is None else (found.connection.name, found.flow)


def served(share: FairShare, again: Callable[[Due], list[Due]], most: int) -> list[tuple[str, str]]:
    """One after the other; `again` says what the connection wants afterwards."""
    found = []
    while len(found) < most and (chosen := share.begin()) is not None:
        found.append((chosen.connection.name, chosen.flow))
        share.end(chosen)
        put(share, *again(chosen))
    return found


def test_orders_first_then_what_has_been_due_for_longest() -> None:
    share, a, b, c = FairShare(1), connection("a"), connection("b"), connection("c")
    put(share, due(a, "inventory", 1), due(b, "shipments", 0), due(c, "orders", 2))
    assert served(share, lambda _: [], 9) == [("c", "orders"), ("b", "shipments"), ("a", "inventory")]


def test_of_two_that_are_late_the_one_that_was_due_first_goes_first() -> None:
    """Both are due now, and the other one was looked at first: after a night's outage all are."""
    share, a, b = FairShare(1), connection("a"), connection("b")
    put(
        share,
        Due(START, a, "shipments", START - MINUTE),
        Due(START, b, "shipments", START - 2 * MINUTE),
    )
    assert served(share, lambda _: [], 9) == [("b", "shipments"), ("a", "shipments")]


def test_no_connection_is_served_twice_while_another_waits() -> None:
    """One has orders without a pause; the others have the least urgent flow there is."""
    share, busy = FairShare(1), connection("busy")
    others = [connection(f"other {number}") for number in range(4)]
    put(share, due(busy, "orders"), *(due(each, "credits", 60) for each in others))
    order = served(share, lambda ended: [due(ended.connection, ended.flow)], 20)
    for place in range(0, 20, 5):
        assert len({name for name, _ in order[place : place + 5]}) == 5
    assert order[0] == ("busy", "orders")


def test_orders_never_run_twice_in_a_row_while_their_connection_has_something_else() -> None:
    share, one = FairShare(1), connection("one")
    both = [due(one, "orders"), due(one, "shipments")]
    put(share, *both)
    order = served(share, lambda _: both, 4)
    assert [flow for _, flow in order] == ["orders", "shipments", "orders", "shipments"]


def test_what_excludes_each_other_runs_one_after_the_other_and_nobody_overtakes() -> None:
    share = FairShare(8)
    first, second, third = (connection(name, "company") for name in ("first", "second", "third"))
    put(share, due(first, "shipments"))
    running = share.begin()
    assert running is not None
    put(share, due(second, "invoices", 1), due(third, "credits", 2))  # documents of one company
    assert begin(share) is None
    share.end(running)
    assert begin(share) == ("second", "invoices")
    assert begin(share) is None


def test_a_cycle_that_waits_for_its_company_keeps_nobody_else_waiting() -> None:
    share = FairShare(8)
    first, second, other = (
        connection("first", "company"),
        connection("second", "company"),
        connection("other"),
    )
    put(
        share,
        due(first, "orders"),
        due(second, "orders", 1),
        due(second, "prices", 1),
        due(other, "prices", 2),
    )
    assert begin(share) == ("first", "orders")
    assert begin(share) == ("second", "prices")
    assert begin(share) == ("other", "prices")


def test_who_runs_ends_its_time_slice_when_its_thread_is_wanted() -> None:
    share, long, other = FairShare(1), connection("long"), connection("other")
    put(share, due(long, "prices"))
    running = share.begin()
    assert running is not None
    assert not share.somebody_waits_for(running)
    put(share, due(other, "credits", 5))
    assert share.somebody_waits_for(running)
    assert begin(share) is None  # asking has not begun it
    share.end(running)
    assert begin(share) == ("other", "credits")


def test_readings_of_a_night_leave_threads_for_orders() -> None:
    share = FairShare(8)
    put(share, *(due(connection(f"night {number}"), "prices") for number in range(20)))
    begun = [begin(share) for _ in range(8)]
    assert sum(each is not None for each in begun) == share.most_long == 6
    put(share, due(connection("day"), "orders", 600))
    assert begin(share) == ("day", "orders")


def test_what_was_looked_up_before_a_cycle_began_is_left_out() -> None:
    share, one = FairShare(2), connection("one")
    known = share.begun("one")
    put(share, due(one, "orders"))
    running = share.begin()
    assert running is not None
    share.put("one", [due(one, "orders")], known)
    share.end(running)
    assert share.idle()


def test_a_thousand_connections_begin_within_their_cadence() -> None:
    """Sixteen threads, five flows each every five minutes, cycles of half a second up to a portion of 20 seconds."""
    share, every = FairShare(16), 5 * MINUTE
    tied = [connection(f"{number:04}") for number in range(1_000)]
    last = {
        (each.name, flow): START - every + timedelta(seconds=i * 0.3)
        for i, each in enumerate(tied)
        for flow in FLOWS
    }
    late: Counter[str] = Counter()
    began: Counter[tuple[str, str]] = Counter()
    ends: list[tuple[datetime, int, Due]] = []
    looks = [(START, number) for number in range(len(tied))]
    expected: dict[str, datetime] = {each.name: START for each in tied}
    now, until, tie = START, START + 3 * every, 0
    while now < until:
        while looks and looks[0][0] <= now:
            at, number = heapq.heappop(looks)
            if expected[tied[number].name] == at:  # else it was looked at meanwhile
                plan(share, tied[number], last, every, now, looks, expected)
        while (chosen := share.begin()) is not None:
            place = (chosen.connection.name, chosen.flow)
            late[chosen.flow] = max(late[chosen.flow], int((now - chosen.at).total_seconds()))
            began[place] += 1
            last[place] = now
            seconds = 20.0 if chosen.flow == "prices" and int(chosen.connection.name) % 100 == 0 else 0.5
            tie += 1
            heapq.heappush(ends, (now + timedelta(seconds=seconds), tie, chosen))
        now = min(ends[0][0] if ends else until, looks[0][0] if looks else until)
        while ends and ends[0][0] <= now:
            _, _, ended = heapq.heappop(ends)
            share.end(ended)
            plan(share, ended.connection, last, every, now, looks, expected)
    assert len(began) == 5_000
    assert min(began.values()) >= 2
    assert max(late.values()) < every.total_seconds()
    assert late["orders"] < MINUTE.total_seconds()


def plan(
    share: FairShare,
    tied: Connection,
    last: dict[tuple[str, str], datetime],
    every: timedelta,
    now: datetime,
    looks: list[tuple[datetime, int]],
    expected: dict[str, datetime],
) -> None:
    """As the pool looks at a connection: what is due now, and when it looks again."""
    at = {flow: last[tied.name, flow] + every for flow in FLOWS}
    share.put(
        tied.name, [Due(when, tied, flow) for flow, when in at.items() if when <= now], share.begun(tied.name)
    )
    later = [when for when in at.values() if when > now]
    expected[tied.name] = min(later, default=now + every)
    heapq.heappush(looks, (expected[tied.name], int(tied.name)))


@pytest.mark.parametrize("bug", ["no rounds", "overtaking", "nothing kept free"])
def test_the_checks_notice_a_deliberate_bug(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if bug == "no rounds":
        monkeypatch.setattr(FairShare, "begun", lambda *_: 0)
        own = FairShare.begin

        def forgetful(share: FairShare) -> Due | None:
            found = own(share)
            share._again.clear()
            return found

        monkeypatch.setattr(FairShare, "begin", forgetful)
        noticed = test_no_connection_is_served_twice_while_another_waits
    elif bug == "overtaking":
        monkeypatch.setattr(fair_share.Wish, "excludes", lambda *_: False)
        noticed = test_what_excludes_each_other_runs_one_after_the_other_and_nobody_overtakes
    else:
        monkeypatch.setattr(fair_share, "SHORT", (*SHORT, "prices"))
        noticed = test_readings_of_a_night_leave_threads_for_orders
    with pytest.raises(AssertionError):
        noticed()
