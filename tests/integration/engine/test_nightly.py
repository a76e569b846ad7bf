"""The reconciliation that nobody has to ask for, over the simulated shop and company."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from integration.cli.terminal import START, Terminal
from integration.flows.stage import ITEMS
from tidegate.cli.invocation import Invocation
from tidegate.domain.books.agreement import Difference, Kind, Reconciliation
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.domain.states import State
from tidegate.engine import nightly
from tidegate.engine.cycles import run_cycle
from tidegate.engine.hub import Hub
from tidegate.engine.nightly import ALERT, reconcile_when_due, tell
from tidegate.engine.order_reviews import STEP
from tidegate.engine.watch import clear_what_is_over
from tidegate.flows.connection import Connection
from tidegate.ledger import alerts, database, halts, marks, queue
from tidegate.ledger.account import account
from tidegate.simulation.world import SharedClock, build_world
from tidegate.transport import ClientFactory

NIGHTLY = '\n[connections.web.reconcile]\nevery = "1d"\n\n[connections.web.notes]'


@pytest.fixture
def terminal(tmp_path: Path, migrated: Path) -> Iterator[Terminal]:
    """A hub that compares its books every day."""
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
        database.set_trip(None)
        database.close()


@pytest.fixture
def hub(terminal: Terminal) -> Iterator[Hub]:
    clock, factory = SharedClock(terminal.world.clock), ClientFactory(transport=terminal.world.transport)
    with Invocation(clock=clock, config=terminal.config, factory=factory).hub() as opened:
        yield opened


def night(terminal: Terminal, hub: Hub) -> list[str]:
    """A day later; the orders in review for their differences."""
    terminal.world.clock.advance(86_400)
    reconcile_when_due(hub, hub.connections["web"])
    return [each.label for each in queue.listing(step=STEP, state=State.REVIEW)]


def raised() -> list[str]:
    """The subjects of the open alerts."""
    return [each.subject for each in alerts.open_alerts("web") if each.code == ALERT]


def test_an_order_that_differs_is_a_review_until_it_is_in_order(terminal: Terminal, hub: Hub) -> None:
    web = hub.connections["web"]
    terminal.sell(1)
    run_cycle(hub, web, "orders")
    terminal.sell(1)
    assert night(terminal, hub) == ["000000002"]
    (item,) = queue.listing(step=STEP)
    assert (item.flow, item.key, item.reason_code) == (
        "orders",
        "magento:main:2/reconciliation",
        "books-differ",
    )
    assert "missing-in-ledger" in item.reason
    assert "(Magento " in item.reason
    assert "`tidegate queue skip 000000002 --step reconciliation" in item.reason
    assert raised() == []
    assert [alert.text for alert in alerts.open_alerts("web") if alert.code == "books-differ"] == [
        item.reason
    ]
    calls = web.store.calls
    reconcile_when_due(hub, web)
    assert web.store.calls == calls
    run_cycle(hub, web, "orders")
    assert night(terminal, hub) == []
    (item,) = queue.listing(step=STEP)
    assert (item.state, item.reason) == (State.SKIPPED, "no difference any more")
    assert not any(alert.code == "books-differ" for alert in alerts.open_alerts("web"))
    for step in ("order", STEP):
        assert account("web", "orders", step).unexplained == 0


def test_what_belongs_to_no_order_stays_an_alert(terminal: Terminal, hub: Hub) -> None:
    web, report = (
        hub.connections["web"],
        reconciled(Difference(kind=Kind.CLEARING, subject="1210", text="apart")),
    )
    tell(web, report)
    assert (raised(), queue.listing(step=STEP)) == (["1210"], [])
    tell(web, replace(report, differences=()))
    assert raised() == []


def test_orders_that_share_a_number_share_the_alert_of_one_side(terminal: Terminal, hub: Hub) -> None:
    """Two stores may give one number: the alert names both, and ends when neither differs."""
    web, kind = hub.connections["web"], Kind.CANCELLED_IN_MAGENTO
    first, second = (
        Difference(kind=kind, subject="000000001", text=f"Sage has {number} alive", order=key)
        for key, number in (("magento:main:1", "S1"), ("magento:main:2", "S2"))
    )
    report = replace(reconciled(first, second), orders={first.order: "000000001", second.order: "000000001"})
    tell(web, report)
    assert reported(kind) == ["Sage has S1 alive; Sage has S2 alive"]
    assert {alert.code for alert in alerts.open_alerts("web")} == {kind}, "one alert is enough"
    tell(web, replace(report, differences=(second,)))
    assert reported(kind) == ["Sage has S2 alive"]
    tell(web, replace(report, differences=()))
    assert reported(kind) == []


def test_what_a_person_has_accepted_is_no_alert(terminal: Terminal, hub: Hub) -> None:
    web = hub.connections["web"]
    report = differing(web, 1)
    tell(web, report)
    assert reported("books-differ") != []
    terminal.run("queue", "skip", "000000000", "--step", STEP, "--reason", "typed over", "--yes")
    clear_what_is_over("web", hub.clock.now())
    assert reported("books-differ") == []
    tell(web, report)
    assert reported("books-differ") == [], "the figures are the same"


def test_more_orders_than_anybody_reads_one_by_one_are_one_alert(terminal: Terminal, hub: Hub) -> None:
    web = hub.connections["web"]
    tell(web, differing(web, nightly.MOST + 1))
    assert reported("books-differ") == [
        "101 orders differ: `tidegate queue list --code books-differ` lists them"
    ]
    tell(web, replace(differing(web, nightly.MOST + 1), differences=()))
    assert reported("books-differ") == []


def differing(web: Connection, count: int) -> Reconciliation:
    """A report in which Sage does not have so many orders."""
    numbers = {f"magento:main:{each + 1}": f"{each:09d}" for each in range(count)}
    found = [
        Difference(kind=Kind.MISSING_IN_SAGE, subject=number, text="Sage does not have it", order=key)
        for key, number in numbers.items()
    ]
    return replace(reconciled(*found), orders=numbers)


def reported(kind: str) -> list[str]:
    """What the open alerts of a kind say."""
    return [alert.text for alert in alerts.open_alerts("web") if alert.code == kind]


def reconciled(*differences: Difference) -> Reconciliation:
    """A report of nothing but these."""
    day, examined = START.date(), frozenset(each.subject for each in differences)
    return Reconciliation(
        start=day,
        end=day,
        totals=(),
        waiting=ZERO,
        unexplained=ZERO,
        differences=differences,
        examined=examined,
    )


def test_a_halted_connection_is_left_alone(terminal: Terminal, hub: Hub) -> None:
    web = hub.connections["web"]
    with database.transaction("test"):
        halts.halt("web", "stocktaking", "", hub.clock.now())
    terminal.sell(1)
    assert night(terminal, hub) == []
    assert web.store.calls == web.company.calls == 0


def last_run() -> str | None:
    return marks.read(marks.last_run("web", nightly.NAME))


def test_a_company_that_was_not_asked_is_asked_again(terminal: Terminal, hub: Hub) -> None:
    """It closes while the comparison runs: nothing was compared, so it is still due after the window."""
    web = hub.connections["web"]
    terminal.sell(1)
    run_cycle(hub, web, "orders")
    terminal.world.clock.advance(86_400)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(web), "terms", lambda _: Failure(Code.LOCKED, "locked for backup"))
        reconcile_when_due(hub, web)
    assert last_run() is None
    reconcile_when_due(hub, web)  # not in the same minute
    assert last_run() is None
    terminal.world.clock.advance(1_000)
    reconcile_when_due(hub, web)
    assert last_run() is not None


def test_a_mark_that_is_set_all_the_same_would_be_noticed(
    terminal: Terminal, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug: whatever ran counts as compared."""
    known = nightly.compare
    monkeypatch.setattr(nightly, "compare", lambda *asked: replace(known(*asked), compared=True))
    with pytest.raises(AssertionError):
        test_a_company_that_was_not_asked_is_asked_again(terminal, hub)
