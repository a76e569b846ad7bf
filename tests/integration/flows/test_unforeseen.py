"""An error that nobody foresaw, in one order of a batch: that one is a review, the others are confirmed."""

from __future__ import annotations

from typing import Any

import pytest

from integration.flows.stage import Stage
from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.flows.orders.batch import OrderBatch


def test_one_order_that_breaks_the_translation_harms_only_itself(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (stage.order("guest") for _ in range(3))
    translate = OrderBatch.translate

    def broken(self: OrderBatch, order: Any, account: str, *edits: Any) -> Any:
        if order.entity_id == second:
            raise ZeroDivisionError("nobody foresaw this")
        return translate(self, order, account)

    monkeypatch.setattr(OrderBatch, "translate", broken)
    assert stage.cycle().outcome == "done"
    assert stage.states([first, third]) == {State.CONFIRMED}
    assert stage.state(second) is State.REVIEW
    item = stage.delivery(second)
    assert item.reason_code == Code.UNFORESEEN
    assert "ZeroDivisionError" in item.reason
