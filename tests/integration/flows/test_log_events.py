"""The log says what happened: one line an event, with level and order number, and nothing when nothing did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import structlog
from structlog.testing import CapturingLogger

from integration.flows.stage import CONNECTION, Stage
from tidegate.ledger import alerts, closures
from tidegate.ledger.database import transaction


class Lines(CapturingLogger):
    """What was logged: (level, event, fields)."""

    def of(self, event: str) -> list[tuple[str, dict[str, Any]]]:
        """The lines of one event."""
        return [
            (call.method_name, dict(call.kwargs)) for call in self.calls if call.kwargs.get("event") == event
        ]


@pytest.fixture
def lines() -> Iterator[Lines]:
    logged = Lines()
    structlog.configure(
        processors=[lambda _logger, _method, event: ((), event)], logger_factory=lambda *_: logged
    )
    yield logged
    structlog.reset_defaults()


def test_an_idle_or_closed_cycle_is_one_short_line_at_debug(stage: Stage, lines: Lines) -> None:
    stage.cycle()
    assert lines.of("idle") == [("debug", {"event": "idle", "connection": CONNECTION, "flow": "orders"})]
    with transaction("test"):
        closures.learn("sage", stage.now + timedelta(hours=1), "backup", stage.now)
    stage.cycle()
    assert [level for level, _ in lines.of("closed")] == ["debug"]
    assert lines.of("cycle") == []


def test_a_cycle_that_did_something_names_only_what_it_did(stage: Stage, lines: Lines) -> None:
    stage.order("guest")
    stage.cycle()
    ((level, fields),) = lines.of("cycle")
    assert level == "info"
    assert fields["confirmed"] == 1
    assert "review" not in fields


def test_hold_and_review_are_lines_with_the_order_s_number(stage: Stage, lines: Lines) -> None:
    stage.connection.settings = msgspec.structs.replace(stage.connection.settings, payments={})
    number = str(stage.shop_order(stage.order("guest"))["increment_id"])
    stage.cycle()
    ((level, fields),) = lines.of("hold")
    assert (level, fields["order"], fields["code"]) == ("warning", number, "unmapped-payment")
    ((level, fields),) = lines.of("alert raised")
    assert (level, fields["code"]) == ("warning", "unmapped-payment")


def test_halts_and_alerts_are_lines_when_they_begin_and_when_they_end(stage: Stage, lines: Lines) -> None:
    stage.break_shop("status", None, "GET", "V1/", status=401)
    stage.cycle()
    ((level, fields),) = lines.of("halt")
    assert (level, fields["connection"]) == ("error", CONNECTION)
    code = fields["code"]
    assert stage.lift()
    ((level, fields),) = lines.of("halt lifted")
    assert (level, fields["by"]) == ("info", "anna")
    with transaction("test"):
        alerts.clear_all(code, CONNECTION, stage.now)
    assert code in [fields["code"] for _, fields in lines.of("alert resolved")]


def test_what_was_undone_is_not_reported(stage: Stage, lines: Lines) -> None:
    def undone() -> None:
        with transaction("test"):
            alerts.raise_alert("fault", CONNECTION, "orders", "nobody foresaw this", stage.now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        undone()
    assert lines.of("alert raised") == []
