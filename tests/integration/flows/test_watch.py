"""Alerts by state and by age: raised when something waits, cleared when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.flows.stage import CONNECTION, Stage
from tidegate.engine import watch as watching
from tidegate.engine.watch import watch
from tidegate.ledger import alerts, delivery
from tidegate.ledger.database import transaction


def reported(stage: Stage) -> set[str]:
    return {alert.code for alert in alerts.open_alerts(CONNECTION)}


def test_an_alert_about_a_record_ends_with_the_record(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.reopen(payments={})  # nothing is mapped any more: the order is held
    stage.cycle()
    held = stage.delivery(placed)
    assert held.reason_code == "unmapped-payment"
    watch(stage.hub, stage.connection)
    assert "unmapped-payment" in reported(stage), "it still waits"
    with transaction("test"):
        delivery.cancel(held.id, actor="operator", now=stage.hub.clock.now())
    stage.pass_time(timedelta(minutes=16))
    watch(stage.hub, stage.connection)
    assert "unmapped-payment" not in reported(stage)


def test_age_is_reported_though_no_error_is(stage: Stage) -> None:
    stage.lock()
    stage.shopper.place_order("guest")
    stage.cycle()
    stage.pass_time(timedelta(hours=25))
    watch(stage.hub, stage.connection)
    assert "oldest-waiting" in reported(stage)
    stage.unlock()
    stage.cycle()
    stage.notes()
    stage.pass_time(timedelta(minutes=16))
    watch(stage.hub, stage.connection)
    assert "oldest-waiting" not in reported(stage)


def raised(stage: Stage, subject: str) -> None:
    with transaction("test"):
        alerts.raise_alert("transient", CONNECTION, subject, "refused three times", stage.hub.clock.now())


def subjects(stage: Stage) -> set[str]:
    return {alert.subject for alert in alerts.open_alerts(CONNECTION) if alert.code == "transient"}


def test_an_alert_about_an_order_ends_with_the_cycle_that_confirms_it(stage: Stage) -> None:
    stage.lock()
    placed = stage.shopper.place_order("guest")
    stage.cycle()
    label = stage.delivery(placed).label
    raised(stage, label)
    raised(stage, "inventory")  # of a flow that mirrors: it has no delivery, and ends with its flow
    stage.cycle()
    assert subjects(stage) == {label, "inventory"}, "it still waits"
    stage.unlock()
    stage.pass_time(timedelta(hours=1))
    stage.cycle()
    assert stage.delivery(placed).state == "confirmed"
    assert subjects(stage) == {"inventory"}, "its comment is still to be written, and is another matter"
    watch(stage.hub, stage.connection)
    assert subjects(stage) == {"inventory"}


def test_an_alert_that_is_not_resolved_would_be_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug: only whoever looks by the clock resolves alerts."""
    monkeypatch.setattr(watching, "clear_what_is_over", lambda *_, **__: None)
    with pytest.raises(AssertionError):
        test_an_alert_about_an_order_ends_with_the_cycle_that_confirms_it(stage)
