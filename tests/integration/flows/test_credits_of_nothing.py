"""A credit note for 0.00 over an order for 0.00: Magento makes no credit memo of nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import Stage
from integration.flows.test_taken_back import FIVE
from tidegate.domain.states import State
from tidegate.flows.fulfilment import credits as credit_notes

FREE = (("HUB-0002", 3, Decimal(0)),)


def free_order_credited(stage: Stage) -> tuple[Fulfilled, int]:
    """A free order that was despatched and invoiced, and of which one piece was credited; then the flows ran."""
    shop = Fulfilled(stage)
    placed = stage.order("guest", **{**FIVE, "lines": FREE})
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    shop.despatch(placed)
    shop.run("shipments")
    shop.invoice(placed)
    shop.run()
    shop.credit(placed, {"HUB-0002": 1}, returned=True)
    shop.run()
    return shop, placed


def test_a_credit_note_of_nothing_is_skipped_with_the_reason(stage: Stage) -> None:
    """Nobody could have done what the review asked for: Magento refuses such a memo by hand, too."""
    shop, placed = free_order_credited(stage)
    item = shop.item(placed, "credits", "credit:")
    assert item.state is State.SKIPPED
    assert "for 0.00" in item.reason
    assert shop.documents(placed)["creditmemos"] == []
    assert stage.alerts() == []


def test_the_bug_that_asks_for_a_memo_of_nothing_shows(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credit_notes, "ZERO", Decimal("-0.01"))
    shop, placed = free_order_credited(stage)
    assert shop.item(placed, "credits", "credit:").state is State.REVIEW
