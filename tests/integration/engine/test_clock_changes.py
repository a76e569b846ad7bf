"""A machine's clock is put back or forward: cycles go on, waits keep their length, somebody is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tidegate.engine import clock_watch
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub
from tidegate.engine.schedule import next_due
from tidegate.flows.cycle import LEASE_SECONDS
from tidegate.ledger import alerts, clock_change, closures, cursors, lease, marks, models
from tidegate.ledger.database import transaction
from tidegate.simulation.world import World, build_world

START = datetime(2026, 3, 23, 13, 0, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return build_world(3, f"sqlite:///{tmp_path / 'ledger.db'}", START)


@pytest.fixture
def hub(world: World) -> Iterator[Hub]:
    with world.open_hub() as hub:
        world.sign_in(hub)
        yield hub


def clock_alerts() -> list[str]:
    return [alert.text for alert in alerts.open_alerts() if alert.code == clock_watch.ALERT]


@pytest.mark.parametrize("hours", [-2, 2])
def test_cycles_go_on_by_the_new_time_and_the_change_is_an_alert(world: World, hub: Hub, hours: int) -> None:
    connection = hub.connections["web"]
    for flow in ("orders", "order-status"):
        run_cycle(hub, connection, flow)
    cadence = next_due(hub, connection)
    assert cadence is not None
    world.clock.advance(60)
    world.clock_error += timedelta(seconds=hours * 3600)
    clock_watch.look(hub.clock_watch, hub.clock)
    after = next_due(hub, connection)
    assert after is not None
    longest = timedelta(0) if hours > 0 else cadence.at - START
    assert after.at - hub.clock.now() <= longest
    report = run_cycle(hub, connection, after.flow)
    # the store refuses what is signed two hours late
    assert report.outcome in ("done", "ended early"), report
    (text,) = clock_alerts()
    assert "2:00:00" in text


def test_a_clock_put_back_between_two_processes_is_noticed_by_the_heartbeat(world: World) -> None:
    with world.open_hub() as first:
        world.sign_in(first)
        run_cycle(first, first.connections["web"], "orders")
    world.clock_error += timedelta(seconds=-7200)
    with world.open_hub() as second:
        assert run_cycle(second, second.connections["web"], "orders").outcome == "done"
        (text,) = clock_alerts()
        assert "put back" in text


def test_time_services_may_correct_by_seconds(world: World, hub: Hub) -> None:
    run_cycle(hub, hub.connections["web"], "orders")
    world.clock_error += timedelta(seconds=-20)
    run_cycle(hub, hub.connections["web"], "orders")
    assert clock_alerts() == []


def test_the_alert_ends_after_a_day_without_another_change(world: World, hub: Hub) -> None:
    run_cycle(hub, hub.connections["web"], "orders")
    world.clock_error += timedelta(seconds=-7200)
    run_cycle(hub, hub.connections["web"], "orders")
    world.clock.advance(25 * 3600)
    clock_watch.clear_when_over(hub.clock.now())
    assert clock_alerts() == []


def test_what_was_written_by_the_wrong_time_keeps_its_length(hub: Hub) -> None:
    wrong, now = START + TWO_HOURS, START
    ten = timedelta(minutes=10)
    with transaction("test"):
        left_behind = lease.acquire("books", "orders", "elsewhere:1:2.3.x", LEASE_SECONDS, wrong)
        closures.learn("books", wrong + ten, "locked", wrong)
        marks.write("full:web:products", wrong.isoformat(), wrong)
        marks.write("bulk:web:inventory", f'{{"since":"{wrong:%Y-%m-%dT%H:%M:%S}Z","count":3}}', wrong)
        marks.write(marks.last_run("web", "orders"), (wrong - ten).isoformat(), wrong)
        cursors.move("web", "orders", "audit", wrong.isoformat(), wrong)
        cursors.move("web", "invoices", "sage", "2026-03-23T15:00:00.12Z", wrong)
        clock_change.put_back(now, TWO_HOURS, timedelta(seconds=LEASE_SECONDS))
    assert left_behind is not None
    assert closures.closed("books", now + ten - timedelta(seconds=1)) is not None
    assert closures.closed("books", now + ten) is None
    with transaction("test"):
        assert lease.acquire("books", "orders", "we", LEASE_SECONDS, now + ten) is not None
    assert marks.read("full:web:products") == now.isoformat()
    assert marks.read("bulk:web:inventory") == '{"since":"2026-03-23T13:00:00.000000Z","count":3}'
    assert marks.read(marks.last_run("web", "orders")) == (now - ten).isoformat()
    assert cursors.read("web", "orders", "audit") == now.isoformat()
    assert cursors.read("web", "invoices", "sage") == "2026-03-23T15:00:00.12Z"  # by Sage's own clock


def test_a_token_lasts_as_long_as_it_would_have(hub: Hub) -> None:
    wrong = START + TWO_HOURS
    models.Token.objects.update(obtained_at=wrong, expires_at=wrong + timedelta(hours=8), signed_in_at=wrong)
    with transaction("test"):
        clock_change.put_back(START, TWO_HOURS, timedelta(seconds=LEASE_SECONDS))
    (token,) = models.Token.objects.all()
    assert (token.obtained_at, token.signed_in_at) == (START, START)
    assert token.expires_at == START + timedelta(hours=8)
