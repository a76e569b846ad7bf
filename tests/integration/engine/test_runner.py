"""The loop of `tidegate run`: what ends a cycle does not end the process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tidegate.engine import runner
from tidegate.engine.cycles import Report
from tidegate.engine.hub import Hub
from tidegate.engine.pool import LEDGER_PAUSE, Pool
from tidegate.engine.schedule import Due
from tidegate.ledger import alerts, database, marks, presence
from tidegate.ledger.faults import LedgerError, LedgerGone

START = datetime(2026, 3, 23, 13, 0, tzinfo=UTC)


Cycle = Callable[[], None]


def run(hub: Hub, *cycles: Cycle) -> list[str]:
    """Run the loop until each of these cycles has had its turn; the flows that ended as they should."""
    left, stop, seen = list(cycles), threading.Event(), list[str]()

    def run_due(due: Due, _: Callable[[], bool]) -> Report:
        cycle = left.pop(0)
        if not left:
            stop.set()
        cycle()
        return Report(due.connection.name, due.flow, hub.clock.now(), "done")

    pool = Pool(hub, run_due, stop, 1, lambda report: seen.append(report.flow))
    while not stop.is_set():
        pool.look()
        due = pool.share.begin()
        if due is None:
            hub.clock.wait(pool.pause(), stop)
        else:
            pool.serve(due)
    return seen


def faulty() -> None:
    raise KeyError("nobody foresaw this; Authorization: Bearer very-secret-token-0123456789")


def fine() -> None:
    return


def test_a_fault_of_ours_is_reported_and_the_cycles_go_on(hub: Hub) -> None:
    def look() -> None:
        (alert,) = alerts.open_alerts()
        assert (alert.code, alert.connection, alert.subject, alert.count) == ("fault", "web", "orders", 2)
        assert "KeyError" in alert.text
        assert "very-secret" not in alert.text

    began = hub.clock.now()
    # the connection's other flow has its turn between them
    assert run(hub, faulty, fine, faulty, look, fine) == ["order-status", "order-status", "orders"]
    assert (hub.clock.now() - began).total_seconds() == 2 * LEDGER_PAUSE
    assert alerts.open_alerts() == []


def test_a_restart_ends_the_alert_with_its_first_sound_cycle(hub: Hub) -> None:
    assert run(hub, faulty) == []
    assert [alert.code for alert in alerts.open_alerts()] == ["fault"]
    assert run(hub, fine) == ["orders"]
    assert alerts.open_alerts() == []


def test_a_ledger_that_fails_is_tried_again_after_a_pause(hub: Hub) -> None:
    def full() -> None:
        raise LedgerError("the disk is full")

    began = hub.clock.now()
    assert run(hub, full, fine) == ["order-status"]
    assert (hub.clock.now() - began).total_seconds() == LEDGER_PAUSE
    assert alerts.open_alerts() == []


def test_a_fault_while_the_ledger_is_away_ends_nothing_either(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> bool:
        raise LedgerError("away")

    with monkeypatch.context() as patch:
        patch.setattr(alerts, "raise_alert", away)
        assert run(hub, faulty, fine) == ["order-status"]


@pytest.mark.parametrize("how", ["deleted", "replaced", "overwritten by an older copy"])
def test_a_ledger_that_is_taken_away_stops_everything_at_once(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str
) -> None:
    """Nothing is sent any more; the note beside the ledger keeps a restart from making a new, empty one."""
    ledger, stop, sent = tmp_path / "ledger.db", threading.Event(), list[str]()
    database.backup(tmp_path / "older.db")

    def run_due(_: Hub, due: Due, __: Callable[[], bool]) -> Report:
        sent.append(due.flow)
        assert len(sent) == 1, "a cycle ran after the ledger was gone"
        if how == "overwritten by an older copy":
            with database.transaction("test"):
                marks.write(presence.STARTS, "0", hub.clock.now())
        else:
            ledger.unlink()
        if how == "replaced":
            (tmp_path / "older.db").rename(ledger)
        return Report(due.connection.name, due.flow, hub.clock.now(), "done")

    monkeypatch.setattr(runner, "run_due", run_due)
    with pytest.raises(LedgerGone):
        runner.run(hub, stop)
    assert stop.is_set()
    with pytest.raises(LedgerGone, match=r"Then remove .*ledger\.db\.gone"):
        database.open_ledger(f"sqlite:///{ledger}")


def test_start_and_stop_are_lines_of_the_log(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """By these names, with the ledger and the connections: operating.md promises them."""
    stop = threading.Event()

    def run_due(_: Hub, due: Due, __: Callable[[], bool]) -> Report:
        stop.set()
        return Report(due.connection.name, due.flow, hub.clock.now(), "done")

    monkeypatch.setattr(runner, "run_due", run_due)
    with capture_logs() as lines:
        runner.run(hub, stop)
    told = [line for line in lines if line["event"] in ("start", "stop")]
    assert told == [
        {"event": "start", "log_level": "info", "ledger": database.where(), "connections": ["web"]},
        {"event": "stop", "log_level": "info"},
    ]
