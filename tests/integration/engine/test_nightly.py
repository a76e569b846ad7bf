"""The reconciliation that nobody has to ask for, over the simulated shop and company."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.cli.terminal import START, Terminal
from tidegate.cli.invocation import Invocation
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub
from tidegate.engine.nightly import ALERT, reconcile_when_due
from tidegate.ledger import alerts, database, halts
from tidegate.simulation.world import SharedClock, build_world
from tidegate.transport import ClientFactory

NIGHTLY = '\n[connections.web.reconcile]\nevery = "1d"\n\n[connections.web.notes]'


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A hub that compares its books every day."""
    world = build_world(7, f"sqlite:///{tmp_path / 'tidegate.db'}", START, country="us")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in world.environment().items():
            patch.setenv(name, value)
        patch.delenv("TIDEGATE_CONFIG", raising=False)
        made = Terminal(world, tmp_path / "tidegate.toml")
        made.write_config(text={"\n[connections.web.notes]": NIGHTLY})
        hub = world.open_hub()
        database.ensure_ready()
        world.sign_in(hub)
        hub.close()
        yield made
        database.set_trip(None)
        database.close()


@pytest.fixture
def hub(terminal: Terminal) -> Iterator[Hub]:
    clock, factory = SharedClock(terminal.world.clock), ClientFactory(transport=terminal.world.transport)
    with Invocation(clock=clock, config=terminal.config, factory=factory).hub() as opened:
        yield opened


def night(terminal: Terminal, hub: Hub) -> list[str]:
    """A day later; the subjects of the open alerts."""
    terminal.world.clock.advance(86_400)
    reconcile_when_due(hub, hub.connections["web"])
    return [each.subject for each in alerts.open_alerts("web") if each.code == ALERT]


def test_a_difference_is_an_alert_until_it_is_over(terminal: Terminal, hub: Hub) -> None:
    web = hub.connections["web"]
    terminal.sell(1)
    run_cycle(hub, web, "orders")
    terminal.sell(1)
    assert night(terminal, hub) == ["000000002"]
    calls = web.store.calls
    reconcile_when_due(hub, web)
    assert web.store.calls == calls
    run_cycle(hub, web, "orders")
    assert night(terminal, hub) == []


def test_a_halted_connection_is_left_alone(terminal: Terminal, hub: Hub) -> None:
    web = hub.connections["web"]
    with database.transaction("test"):
        halts.halt("web", "stocktaking", "", hub.clock.now())
    terminal.sell(1)
    assert night(terminal, hub) == []
    assert web.store.calls == web.company.calls == 0
