"""Once a night the kept counters are compared with a count; a wrong one is told and put right."""

from __future__ import annotations

import pytest

from integration.flows.conftest import build as build
from integration.flows.conftest import stage as stage
from integration.flows.stage import Stage
from tidegate.engine import counter_check, figures
from tidegate.ledger import account, alerts, models, tally

QUARTER, DAY = 16 * 60.0, 24 * 3600.0


def looked(stage: Stage, seconds: float) -> list[str]:
    """The hub's look after so long; the alerts that are open."""
    stage.world.clock.advance(seconds)
    figures.look(stage.hub)
    return [each.text for each in alerts.open_alerts("") if each.code == counter_check.ALERT]


def test_a_counter_that_drifts_is_reported_put_right_and_over_the_next_night(stage: Stage) -> None:
    stage.orders(3)
    stage.cycle()
    for _ in range(3):
        assert looked(stage, QUARTER) == []
    assert tally.counted(tally.DELIVERY) > 0
    models.Tally.objects.filter(kind=tally.DELIVERY, step="order").update(count=99)
    assert looked(stage, QUARTER) == [], "once a night"
    (text,) = looked(stage, DAY)
    assert "kept 99, counted 3" in text
    for _ in range(3):
        looked(stage, QUARTER)
    assert tally.drift(tally.DELIVERY) == []
    assert account.account(stage.connection.name, "orders", "order").confirmed == 3
    assert looked(stage, DAY) == []


def test_a_check_that_believes_the_counters_is_noticed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deliberate bug."""
    monkeypatch.setattr(tally, "drift", lambda _: [])
    with pytest.raises(ValueError, match="unpack"):
        test_a_counter_that_drifts_is_reported_put_right_and_over_the_next_night(stage)
