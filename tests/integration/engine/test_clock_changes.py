"""A machine's clock is put back or forward: cycles go on, waits keep their length, somebody is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integration.flows.stage import ITEMS
from tidegate.engine import clock_watch
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub
from tidegate.engine.schedule import next_due
from tidegate.flows.cycle import LEASE_SECONDS
from tidegate.ledger import alerts, clock_change, closures, cursors, lease, marks, models
from tidegate.ledger.database import transaction
from tidegate.simulation.world import World, build_world
from tidegate_sandbox.faults import Fault

START = datetime(2026, 3, 23, 13, 0, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)


@pytest.fixture
def world(tmp_path: Path, migrated: Path) -> World:
    shutil.copyfile(migrated, tmp_path / "ledger.db")
    return build_world(3, f"sqlite:///{tmp_path / 'ledger.db'}", START, items=ITEMS)


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
    models.Secret.objects.update(obtained_at=wrong, expires_at=wrong + timedelta(hours=8), granted_at=wrong)
    with transaction("test"):
        clock_change.put_back(START, TWO_HOURS, timedelta(seconds=LEASE_SECONDS))
    for secret in models.Secret.objects.all():
        assert (secret.obtained_at, secret.granted_at) == (START, START)
        assert secret.expires_at == START + timedelta(hours=8)


@pytest.fixture
def queued(world: World, hub: Hub) -> models.Delivery:
    """An order that was sent once and whose answer never came."""
    world.shopper.place_order("guest")
    world.clock.advance(60)
    world.sage_wire.faults.add(Fault("drop_after", 1, "POST", "/sop_orders$"))
    run_cycle(hub, hub.connections["web"], "orders")
    (found,) = models.Delivery.objects.filter(flow="orders", step="order")
    return found


def test_put_back_brings_attempts_and_due_times_to_the_present(hub: Hub, queued: models.Delivery) -> None:
    now, wrong = hub.clock.now(), hub.clock.now() + TWO_HOURS
    ten = timedelta(minutes=10)
    models.Delivery.objects.filter(pk=queued.pk).update(
        created_at=wrong, changed_at=wrong, due_at=wrong + ten
    )
    models.Attempt.objects.update(started_at=wrong)
    row = mirror_row(wrong, due_at=wrong + ten)
    early = mirror_row(now - ten, key="B@s", due_at=now + ten)
    with transaction("test"):
        clock_change.put_back(now, TWO_HOURS, timedelta(seconds=LEASE_SECONDS))
    queued.refresh_from_db()
    assert (queued.created_at, queued.changed_at, queued.due_at) == (now, now, now + ten)
    (attempt,) = models.Attempt.objects.all()
    assert attempt.started_at == now
    row.refresh_from_db()
    assert (row.changed_at, row.due_at) == (now, now + ten)
    early.refresh_from_db()
    assert (early.changed_at, early.due_at) == (now - ten, now + ten)  # written by the right time


def test_put_forward_lets_doubts_and_closures_keep_their_length(hub: Hub, queued: models.Delivery) -> None:
    sent, now = START + timedelta(minutes=5), START + timedelta(minutes=6) + TWO_HOURS
    ten = timedelta(minutes=10)
    models.Attempt.objects.update(started_at=sent)
    assert models.Attempt.objects.filter(outcome="").count() == 1
    doubtful = mirror_row(sent, state="in doubt")
    told = mirror_row(sent, key="B@s", state="confirmed")
    long_ago = mirror_row(START - timedelta(days=1), key="C@s", state="in doubt")
    with transaction("test"):
        closures.learn("books", sent + ten, "locked", sent)
        clock_change.put_forward(now, TWO_HOURS)
    (attempt,) = models.Attempt.objects.all()
    assert attempt.started_at == now  # its settle time begins anew
    for row, at in ((doubtful, now), (told, sent), (long_ago, START - timedelta(days=1))):
        row.refresh_from_db()
        assert row.changed_at == at
    assert closures.closed("books", sent + TWO_HOURS + ten - timedelta(seconds=1)) is not None
    assert closures.closed("books", sent + TWO_HOURS + ten) is None


def mirror_row(changed_at: datetime, key: str = "A@s", **fields: Any) -> models.MirrorRow:
    """An item of the mirror."""
    return models.MirrorRow.objects.create(
        connection="web", flow="inventory", key=key, wanted="1;1", changed_at=changed_at, **fields
    )
