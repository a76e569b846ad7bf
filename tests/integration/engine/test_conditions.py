"""Conditions that no failure reports: raised once, updated, resolved by themselves."""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.cli.terminal import START, Terminal
from integration.flows.stage import ITEMS
from tidegate.cli.invocation import Invocation
from tidegate.domain.errors import Code, Failure
from tidegate.engine import conditions, endings, machine_watch, nightly
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub
from tidegate.engine.watch import PAUSE, watch
from tidegate.flows.connection import Connection
from tidegate.flows.spending import Spending
from tidegate.ledger import alerts, closures, database, halts, marks, presence
from tidegate.ledger.database import transaction
from tidegate.sage.port.usage import Allowance, Measure
from tidegate.simulation.world import SharedClock, build_world
from tidegate.transport import ClientFactory

NIGHTLY = '\n[connections.web.reconcile]\nevery = "1d"\n\n[connections.web.notes]'
Disk = namedtuple("Disk", "total used free")


@pytest.fixture
def terminal(tmp_path: Path, migrated: Path) -> Iterator[Terminal]:
    world = build_world(7, f"sqlite:///{tmp_path / 'tidegate.db'}", START, country="us", items=ITEMS)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in world.environment().items():
            patch.setenv(name, value)
        patch.delenv("TIDEGATE_CONFIG", raising=False)
        made = Terminal(world, tmp_path / "tidegate.toml")
        made.write_config(text={"\n[connections.web.notes]": NIGHTLY})
        shutil.copyfile(migrated, tmp_path / "tidegate.db")
        hub = world.open_hub()
        world.sign_in(hub)
        hub.close()
        yield made
        database.close()


@pytest.fixture
def hub(terminal: Terminal) -> Iterator[Hub]:
    clock, factory = SharedClock(terminal.world.clock), ClientFactory(transport=terminal.world.transport)
    with Invocation(clock=clock, config=terminal.config, factory=factory).hub() as opened:
        yield opened


@pytest.fixture
def web(hub: Hub) -> Connection:
    return hub.connections["web"]


def raised(code: str, connection: str = "web") -> list[str]:
    """Texts of the open alerts of one kind."""
    return [each.text for each in alerts.open_alerts(connection) if each.code == code]


def later(hub: Hub, terminal: Terminal, **by: float) -> None:
    """After a while everything is looked at."""
    terminal.world.clock.advance(timedelta(**by).total_seconds())
    watch(hub, hub.connections["web"])


def test_a_halt_by_a_person_is_an_alert_until_it_is_lifted(terminal: Terminal, hub: Hub) -> None:
    with transaction("test"):
        halts.halt("web", "stocktaking", "operator", hub.clock.now(), by="ann")
    later(hub, terminal, minutes=1)
    later(hub, terminal, minutes=16)
    assert [text[:26] for text in raised("halted")] == ["halted by ann: stocktaking"]
    assert [each.count for each in alerts.open_alerts("web")] == [1]
    with transaction("test"):
        halts.lift("web", hub.clock.now())
    later(hub, terminal, minutes=16)
    assert raised("halted") == []


def test_a_halt_that_has_an_alert_of_its_own_is_reported_once(terminal: Terminal, hub: Hub) -> None:
    terminal.world.shop.revoke_token("hub")
    terminal.sell(1)
    run_cycle(hub, hub.connections["web"], "orders")
    later(hub, terminal, minutes=1)
    assert len(alerts.open_alerts("web")) == 1
    (alert,) = alerts.open_alerts("web")
    with transaction("test"):
        alerts.clear_alert(alert.code, "web", alert.subject, hub.clock.now())
    later(hub, terminal, minutes=16)
    assert len(raised("halted")) == 1  # cleared by hand while it lasts: the halt itself is told


def test_work_that_is_left_when_the_window_closes(terminal: Terminal, hub: Hub, web: Connection) -> None:
    terminal.world.clock.set(datetime(2026, 3, 24, 3, 0, tzinfo=UTC))
    terminal.sell(1)
    run_cycle(hub, web, "orders")  # leaves its notes for another flow
    terminal.world.clock.set(datetime(2026, 3, 24, 5, 5, tzinfo=UTC))  # the closing began at 5:00
    watch(hub, web)
    assert "are too short for the work" in raised("window-overrun")[0]
    later(hub, terminal, minutes=16)
    assert len(raised("window-overrun")) == 1
    terminal.world.clock.set(datetime(2026, 3, 24, 7, 5, tzinfo=UTC))
    run_cycle(hub, web, "order-status")
    watch(hub, web)
    assert raised("window-overrun") == []


def test_what_came_shortly_before_the_closing_is_no_overrun(
    terminal: Terminal, hub: Hub, web: Connection
) -> None:
    terminal.world.clock.set(datetime(2026, 3, 24, 4, 50, tzinfo=UTC))
    terminal.sell(1)
    run_cycle(hub, web, "orders")
    terminal.world.clock.set(datetime(2026, 3, 24, 6, 50, tzinfo=UTC))
    watch(hub, web)
    assert raised("window-overrun") == []


def test_a_company_that_stays_locked(terminal: Terminal, hub: Hub) -> None:
    company = hub.connections["web"].settings.company
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            closures, "closed", lambda _company, now: closures.Closure(company, now, "locked", START)
        )
        later(hub, terminal, minutes=30)
        assert raised("company-locked") == []
        later(hub, terminal, minutes=31)
        later(hub, terminal, minutes=31)
        assert len(raised("company-locked")) == 1
    later(hub, terminal, minutes=16)
    assert raised("company-locked") == []


def test_a_budget_that_is_nearly_spent(
    terminal: Terminal, hub: Hub, web: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowance = Allowance(Measure.CALLS, 100, timedelta(days=1))
    monkeypatch.setattr(web.company, "budget", lambda: (allowance,))
    left = 21
    monkeypatch.setattr(Spending, "left", lambda *_: left)
    later(hub, terminal, minutes=1)
    assert raised("call-budget") == []
    left = 20
    later(hub, terminal, minutes=16)
    left = 10
    later(hub, terminal, minutes=16)
    assert raised("call-budget")[0].startswith("more than 80 % of 100 calls per day is used")
    assert [each.count for each in alerts.open_alerts("web")] == [1]
    left = 50
    later(hub, terminal, minutes=16)
    assert raised("call-budget") == []


def test_a_credential_that_ends_soon(terminal: Terminal, hub: Hub) -> None:
    later(hub, terminal, minutes=1)
    assert raised("credential-expiring") == []
    later(hub, terminal, days=81)
    assert "in 8 days" in raised("credential-expiring")[0]
    terminal.world.sign_in(hub)
    later(hub, terminal, minutes=16)
    assert raised("credential-expiring") == []


def test_a_reconciliation_that_cannot_ask(
    terminal: Terminal, hub: Hub, web: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> Failure:
        return Failure(Code.UNREACHABLE, "the shop does not answer")

    with monkeypatch.context() as patch:
        patch.setattr("tidegate.engine.reconcile.read_placed", silent)
        terminal.world.clock.advance(86_400)
        nightly.reconcile_when_due(hub, web)
        later(hub, terminal, hours=23)
        assert raised("not-compared") == []
        nightly.reconcile_when_due(hub, web)
        later(hub, terminal, hours=2)
        assert "the shop does not answer" in raised("not-compared")[0]
    result = nightly.last_result("web")
    assert result is not None
    assert not result["compared"]
    terminal.world.clock.set(datetime(2026, 3, 26, 12, 0, tzinfo=UTC))
    nightly.reconcile_when_due(hub, web)
    later(hub, terminal, minutes=16)
    assert raised("not-compared") == []
    assert marks.read(conditions.uncompared_since("web")) is None


def test_no_seat_is_an_alert_until_a_cycle_gets_one(
    terminal: Terminal, hub: Hub, web: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.sell(1)
    with monkeypatch.context() as patch:
        patch.setattr("tidegate.engine.seats.LedgerSeats.take", lambda *_, **__: None)
        run_cycle(hub, web, "orders")
    assert len(raised(endings.SEATS)) == 1
    run_cycle(hub, web, "orders")
    assert raised(endings.SEATS) == []


def test_a_full_disk_and_room_again(hub: Hub, monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> None:
    free = 499_000_000
    monkeypatch.setattr(machine_watch.shutil, "disk_usage", lambda _: Disk(0, 0, free))
    machine_watch.look(hub)
    assert "less than 500 MB are free" in raised("disk-space", "")[0]
    free = 500_000_000
    machine_watch.look(hub)
    assert len(raised("disk-space", "")) == 1  # looked at once a minute
    terminal.world.clock.advance(61)
    machine_watch.look(hub)
    assert raised("disk-space", "") == []


def test_a_second_hub_until_it_is_silent(terminal: Terminal, hub: Hub) -> None:
    with transaction("test"):
        presence.beat("killed:4710:token", hub.clock.now())  # and says nothing any more
    terminal.world.clock.advance(1)
    machine_watch.look(hub)
    terminal.world.clock.advance(61)
    machine_watch.look(hub)
    assert raised("second-hub", "") == []
    with transaction("test"):
        presence.beat("elsewhere:4711:token", hub.clock.now())
    terminal.world.clock.advance(61)
    machine_watch.look(hub)
    assert "elsewhere process 4711" in raised("second-hub", "")[0]
    terminal.world.clock.advance(301)
    machine_watch.look(hub)
    assert raised("second-hub", "") == []
    machine_watch.leave(hub)
    assert marks.beginning(presence.RUNNING) == {}


def test_workers_are_no_second_hub_and_look_for_one(terminal: Terminal, hub: Hub) -> None:
    hub.shares = True
    machine_watch.look(hub)
    assert marks.beginning(presence.RUNNING) == {}  # whoever plans next finds nobody
    with transaction("test"):
        presence.beat("elsewhere:4711:token", hub.clock.now())  # `tidegate run`, by mistake
    terminal.world.clock.advance(61)
    with transaction("test"):
        presence.beat("elsewhere:4711:token", hub.clock.now())
    machine_watch.look(hub)
    assert "elsewhere process 4711" in raised("second-hub", "")[0]


def test_ages_are_looked_at_while_a_cycle_hangs(terminal: Terminal, hub: Hub) -> None:
    """The bug: only the connection's own thread looked, after each cycle."""
    from tidegate.engine import runner

    with transaction("test"):
        halts.halt("web", "stocktaking", "operator", hub.clock.now(), by="ann")
    terminal.world.clock.advance(PAUSE.total_seconds() + 1)
    runner.keep_watch(hub)
    assert len(raised("halted")) == 1
