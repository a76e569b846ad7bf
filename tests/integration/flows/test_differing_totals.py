"""Sage's total of an order that was sent is not the store's: an alert, until nothing differs or a person says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.stage import Stage
from tidegate.domain.states import State
from tidegate.engine.interventions import Act
from tidegate.flows.orders import found_orders, leaving
from tidegate.flows.stock import ledger_lines

Dearer = Callable[[str], None]


@pytest.fixture
def dearer(monkeypatch: pytest.MonkeyPatch) -> Dearer:
    """Sage's total is so much above the store's."""
    told = found_orders.verdict_of_accepted

    def by(much: str) -> None:
        def verdict(cycle: Any, item: Any, accepted: Any, order: Any, attempt: Any, **how: Any) -> Any:
            dearer = replace(accepted, gross=order.gross + Decimal(much))
            return told(cycle, item, dearer, order, attempt, **how)

        for module in (found_orders, leaving):
            monkeypatch.setattr(module, "verdict_of_accepted", verdict)

    return by


@pytest.mark.parametrize("overrule", [True, False])
def test_24_the_alert_ends_with_what_it_is_about(stage: Stage, dearer: Dearer, overrule: bool) -> None:
    """Overruled, or gone when the company is asked again; before that, a cycle does not end it."""
    dearer("1.00")
    placed = stage.order("guest")
    stage.cycle()
    assert stage.state(placed) is State.REVIEW
    assert stage.alerts() == [("totals-differ", stage.delivery(placed).label)]
    stage.cycle()
    assert len(stage.alerts()) == 1
    if not overrule:
        dearer("0.00")
    stage.act(Act.RETRY, placed, overrule=overrule)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    assert stage.alerts() == []


def test_24_a_cent_within_the_tolerance_is_kept_and_is_no_alert(stage: Stage, dearer: Dearer) -> None:
    dearer("0.01")
    placed = stage.order("guest")
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    assert stage.delivery(placed).target_total == stage.total(placed) + Decimal("0.01")
    assert stage.alerts() == []


def test_an_order_in_review_for_its_total_is_off_the_figure(stage: Stage, dearer: Dearer) -> None:
    """The company has it."""
    dearer("1.00")
    placed = stage.order("guest")
    stage.cycle()
    assert stage.state(placed) is State.REVIEW
    lines = ledger_lines.read(stage.connection, stage.now, "HOME")
    assert lines
    assert {line.ordered - line.allocated for line in lines} == {0}
