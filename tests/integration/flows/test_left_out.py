"""Pieces that the shop has refunded and the company despatched all the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from integration.flows.test_taken_back import refund
from tidegate.domain.fulfilment import shipping
from tidegate.domain.states import State
from tidegate.engine.interventions import Act
from tidegate_sandbox.magento.store import InputLimits

THREE = {"lines": (("HUB-0001", 3, Decimal(10)), ("HUB-0002", 5, Decimal(10)), ("HUB-0003", 1, Decimal(10)))}
FIGURES = "HUB-0001: Sage 1, Magento 0 of 3 (2 refunded)"


def left_out(stage: Stage, *, limited: bool = False, lost: bool = False) -> tuple[Fulfilled, int]:
    """Ordered 3, shipped 1, refunded 2; the company's second despatch has 1, and everything else."""
    shop = Fulfilled(stage)
    placed = shop.sent(**THREE)
    shop.despatch(placed, {"HUB-0001": 1})
    shop.run("shipments")
    refund(stage, placed, 2)
    if limited:
        stage.shop.configure(limits=InputLimits(list_length=2))
    if lost:
        stage.break_shop("drop_after", method="POST", path="/ship$")
    shop.despatch(placed, {"HUB-0001": 1, "HUB-0002": 5, "HUB-0003": 1})
    for _ in range(5):
        shop.run("shipments", after=SETTLED)
    return shop, placed


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("lost", [False, True])
def test_point_7_refunded_pieces_that_left_all_the_same_are_a_review_with_figures(
    stage: Stage, limited: bool, lost: bool
) -> None:
    shop, placed = left_out(stage, limited=limited, lost=lost)
    asked = [
        shop.item(placed, "shipments", prefix)
        for prefix in ("shipment:", "left-out:")
        if any(step.startswith(prefix) for step in shop.steps(placed, "shipments"))
    ]
    reviews = [each for each in asked if each.state is State.REVIEW]
    assert len(reviews) == 1
    assert "DN000002" in reviews[0].reason or "refunded or cancelled in Magento" in reviews[0].reason
    assert "HUB-0001: Sage 1, Magento 0" in reviews[0].reason
    assert "2 refunded" in reviews[0].reason
    assert ("other-content", reviews[0].label) in stage.alerts()


def test_the_shipment_is_confirmed_and_the_question_is_its_own(stage: Stage) -> None:
    shop, placed = left_out(stage)
    assert shop.item(placed, "shipments", "shipment:").state is State.CONFIRMED
    review = shop.item(placed, "shipments", "left-out:")
    assert FIGURES in review.reason
    stage.act(Act.RETRY, placed, review.step, "shipments")
    shop.run("shipments")
    assert FIGURES in shop.item(placed, "shipments", "left-out:").reason


def test_a_shipment_that_nobody_compares_is_found_out(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipping, "left_out", lambda *_: None)
    shop, placed = left_out(stage)
    assert not any(step.startswith("left-out:") for step in shop.steps(placed, "shipments"))
