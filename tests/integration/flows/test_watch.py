"""Alerts by state and by age: raised when something waits, cleared when it is over."""

from __future__ import annotations

from datetime import timedelta

from integration.flows.stage import CONNECTION, Stage
from tidegate.engine.watch import watch
from tidegate.ledger import alerts, delivery
from tidegate.ledger.database import transaction


def told(stage: Stage) -> set[str]:
    return {alert.code for alert in alerts.open_alerts(CONNECTION)}


def test_an_alert_about_a_record_ends_with_the_record(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.reopen(payments={})  # nothing is mapped any more: the order is held
    stage.cycle()
    held = stage.delivery(placed)
    assert held.reason_code == "unmapped-payment"
    watch(stage.hub, stage.connection)
    assert "unmapped-payment" in told(stage), "it still waits"
    with transaction("test"):
        delivery.cancel(held.id, actor="operator", now=stage.hub.clock.now())
    stage.pass_time(timedelta(minutes=16))
    watch(stage.hub, stage.connection)
    assert "unmapped-payment" not in told(stage)


def test_age_is_told_though_no_error_is(stage: Stage) -> None:
    stage.company.window.lock("backup")
    stage.shopper.place_order("guest")
    stage.cycle()
    stage.pass_time(timedelta(hours=25))
    watch(stage.hub, stage.connection)
    assert "oldest-waiting" in told(stage)
    stage.company.window.unlock()
    stage.cycle()
    stage.notes()
    stage.pass_time(timedelta(minutes=16))
    watch(stage.hub, stage.connection)
    assert "oldest-waiting" not in told(stage)
