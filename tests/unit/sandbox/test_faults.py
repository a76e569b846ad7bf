"""The fault plan: which request a fault strikes, how often, what may be armed. And the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import WIRE_KINDS, Fault, FaultPlan

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def injected(plan: FaultPlan, count: int) -> list[bool]:
    return [plan.take("POST", "/orders", b"{}") is not None for _ in range(count)]


def test_an_empty_plan_injects_nothing() -> None:
    plan = FaultPlan()
    assert plan.take("GET", "/orders", b"") is None
    assert plan.take_kind("lock") is None
    assert plan.fired() == {}


def test_a_fault_is_injected_as_often_as_it_says() -> None:
    plan = FaultPlan()
    plan.add(Fault("drop_after", times=2))
    assert injected(plan, 4) == [True, True, False, False]
    assert plan.fired() == {"drop_after": 2}
    assert plan.armed() == []


def test_without_times_it_is_injected_until_cleared_and_the_counts_stay() -> None:
    plan = FaultPlan()
    plan.add(Fault("status", times=None))
    plan.add(Fault("lock", times=None))
    assert injected(plan, 3) == [True] * 3
    plan.clear("status")
    assert [armed["kind"] for armed in plan.armed()] == ["lock"]
    plan.clear()
    assert injected(plan, 1) == [False]
    assert plan.fired() == {"status": 3}


@pytest.mark.parametrize(
    ("fault", "request_", "strikes"),
    [
        (Fault("refuse", method="post"), ("POST", "/a", ""), True),
        (Fault("refuse", method="GET"), ("POST", "/a", ""), False),
        (Fault("refuse", path=r"/orders/\d+$"), ("GET", "/V1/orders/12", ""), True),
        (Fault("refuse", path=r"^/orders"), ("GET", "/V1/orders/12", ""), False),
        (Fault("refuse", body="000000012"), ("POST", "/a", '{"id": "000000012"}'), True),
        (Fault("refuse", body="Größe"), ("POST", "/a", "Größe"), True),
        (Fault("refuse", body="000000012"), ("POST", "/a", ""), False),
    ],
)
def test_method_path_and_body_are_matched(
    fault: Fault, request_: tuple[str, str, str], strikes: bool
) -> None:
    for body in (request_[2], request_[2].encode()):
        plan = FaultPlan()
        plan.add(fault)
        assert (plan.take(request_[0], request_[1], body) is fault) is strikes


def test_the_query_is_matched_by_a_text_within_it() -> None:
    plan = FaultPlan()
    plan.add(Fault("status", options={"query": "currentPage]=2"}))
    assert plan.take("GET", "/orders", b"", query="searchCriteria[currentPage]=1") is None
    assert plan.take("GET", "/orders", b"", query="searchCriteria[currentPage]=2") is not None


def test_the_first_armed_fault_that_matches_is_taken() -> None:
    plan = FaultPlan()
    first, second = Fault("refuse", path="/a"), Fault("drop_after")
    plan.add(first)
    plan.add(second)
    assert plan.take("GET", "/b", b"") is second
    assert plan.take("GET", "/a", b"") is first


def test_kinds_narrow_the_search() -> None:
    plan = FaultPlan()
    plan.add(Fault("lock"))
    plan.add(Fault("status"))
    taken = plan.take("GET", "/", b"", kinds=WIRE_KINDS)
    assert taken is not None
    assert taken.kind == "status"
    assert plan.take("GET", "/", b"", kinds=WIRE_KINDS) is None
    assert plan.active("lock")


def test_skip_lets_matches_pass_and_counts_only_matches() -> None:
    plan = FaultPlan()
    plan.add(Fault("status", path="/orders", options={"skip": 2}))
    assert plan.take("GET", "/other", b"") is None
    assert injected(plan, 4) == [False, False, True, False]


def test_probability_injects_about_that_part_and_the_same_for_the_same_seed() -> None:
    def run(seed: int) -> list[bool]:
        plan = FaultPlan(seed)
        plan.add(Fault("status", times=None, options={"probability": 0.05}))
        return injected(plan, 4000)

    assert run(7) == run(7)
    assert run(7) != run(8)
    assert 120 < sum(run(7)) < 280


def test_a_face_asks_for_its_own_kind_with_what_it_knows() -> None:
    plan = FaultPlan()
    acme = Fault("lock", times=None, options={"company": "ACME"})
    plan.add(acme)
    assert plan.take_kind("lock", company="OTHER") is None
    assert plan.take_kind("seats", company="ACME") is None
    assert plan.take_kind("lock", company="ACME", method="GET", path="/x") is acme
    assert plan.take_kind("lock") is acme
    plan.clear()
    everywhere = Fault("lock", path="/sales")
    plan.add(everywhere)
    assert plan.active("lock", path="/purchase") is None
    assert plan.active("lock", company="ANY") is everywhere
    assert plan.take_kind("lock", company="ANY", path="/sales/1") is everywhere
    assert plan.take_kind("lock") is None


def test_active_counts_nothing() -> None:
    plan = FaultPlan()
    plan.add(Fault("maintenance"))
    assert plan.active("maintenance")
    assert plan.active("maintenance")
    assert plan.fired() == {}


def test_threads_share_out_the_times_exactly() -> None:
    plan = FaultPlan()
    plan.add(Fault("status", times=500))
    taken: list[int] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        taken.append(sum(injected(plan, 400)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 500
    assert plan.fired() == {"status": 500}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("refuse", "an object with the keys kind, times"),
        ({}, "'kind' is missing"),
        ({"kind": ""}, "'kind' must be"),
        (
            {"kind": "refuse", "pth": "/"},
            "unknown key 'pth'; allowed: kind, times, method, path, body, options",
        ),
        ({"kind": "refuse", "times": 0}, "'times' must be"),
        ({"kind": "refuse", "times": True}, "'times' must be"),
        ({"kind": "refuse", "method": 1}, "'method' must be"),
        ({"kind": "refuse", "path": "("}, "'path' must be a regular expression"),
        ({"kind": "refuse", "options": None}, "'options' must be"),
        ({"kind": "lock", "options": {"probability": 5}}, "'probability' must be a number from 0 to 1"),
        ({"kind": "lock", "options": {"skip": -1}}, "'skip' must be"),
        ({"kind": "lock", "options": {"query": 1}}, "'query' must be"),
        (
            {"kind": "refuse", "options": {"effect": True}},
            "unknown option 'effect' for 'refuse'; allowed: prob",
        ),
        ({"kind": "slow", "options": {"effect": True}}, "'now', 'late' or 'never'"),
        ({"kind": "slow", "options": {"seconds": "9"}}, "'seconds' must be a number"),
        ({"kind": "late", "options": {"seconds": -1}}, "'seconds' must be a number"),
        ({"kind": "late", "options": {"seen": "reset"}}, "'drop' or 'timeout'"),
        ({"kind": "status", "options": {"status": 99}}, "'status' must be an HTTP status"),
        ({"kind": "status", "options": {"effect": "late"}}, "must be true or false"),
        ({"kind": "status", "options": {"retry_after": None}}, "'retry_after' must be"),
        ({"kind": "status", "options": {"body": 1}}, "'body' must be a text"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(value: object, says: str) -> None:
    with pytest.raises(ValueError, match=r".+") as refused:
        Fault.from_json(value)
    assert says in str(refused.value)


def test_a_list_is_armed_whole_or_not_at_all() -> None:
    plan = FaultPlan()
    with pytest.raises(ValueError, match="unknown 'kind' 'lokc'; allowed: lock, refuse"):
        plan.add_json([{"kind": "lock"}, {"kind": "lokc"}], kinds={"lock", "refuse"})
    assert plan.armed() == []
    plan.add_json([{"kind": "lock"}, {"kind": "refuse", "times": None}], kinds={"lock", "refuse"})
    assert [(armed["kind"], armed["times"]) for armed in plan.armed()] == [("lock", 1), ("refuse", None)]


def test_a_fault_survives_json() -> None:
    fault = Fault("status", None, "POST", "/orders", "12", {"status": 429, "retry_after": 3})
    assert Fault.from_json(fault.to_json()) == fault


def test_a_virtual_clock_stands_still_until_it_is_moved() -> None:
    clock = SandboxClock.virtual(START.astimezone(timezone(timedelta(hours=5))))
    assert clock.is_virtual
    assert clock.now() == clock.now() == START
    assert clock.now().tzinfo is UTC
    clock.advance(90.5)
    assert clock.now() == START + timedelta(seconds=90.5)
    clock.set(START - timedelta(days=1))
    assert clock.now() == START - timedelta(days=1)


def test_a_running_clock_follows_the_machine_times_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: machine[0])
    clock = SandboxClock.running(START, rate=60)
    machine[0] += 2
    assert clock.now() == START + timedelta(minutes=2)
    clock.set_rate(1)
    machine[0] += 5
    assert clock.now() == START + timedelta(minutes=2, seconds=5)
    clock.advance(10)
    clock.set_rate(0)
    machine[0] += 1000
    assert clock.now() == START + timedelta(minutes=2, seconds=15)


def test_a_running_clock_starts_at_the_present() -> None:
    before = datetime.now(UTC)
    assert before <= SandboxClock.running().now() <= datetime.now(UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda clock: clock.set(datetime(2026, 1, 1)),
        lambda clock: clock.advance(-1),
        lambda clock: clock.advance(float("nan")),
        lambda clock: clock.set_rate(-1),
        lambda clock: SandboxClock.virtual(datetime(2026, 1, 1)),
    ],
)
def test_a_clock_refuses_what_cannot_be_meant(wrong: Callable[[SandboxClock], Any]) -> None:
    clock = SandboxClock.virtual(START)
    with pytest.raises(ValueError, match=r".+"):
        wrong(clock)
    assert clock.now() == START
