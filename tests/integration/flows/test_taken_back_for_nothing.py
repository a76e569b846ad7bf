"""Free pieces that Magento cancels change no total: what the company has is not told by its total."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.flows.stage import SETTLED, Stage
from integration.flows.test_taken_back import FIVE, cancel_all_but, pieces_in_sage, reduced, shop_order
from tidegate.domain.states import State
from tidegate.flows.orders import reductions
from tidegate_sandbox.magento import invoice, order_actions

D = Decimal
FREE = (("HUB-0002", 3, D(0)),)


@pytest.mark.parametrize("lines", [FREE, (*FIVE["lines"], *FREE)], ids=["a free order", "a gift"])
def test_what_is_taken_back_in_doubt_and_changes_no_total_is_asked_about(stage: Stage, lines: Any) -> None:
    """The company's total was that of what remains, and as much that of the whole order: nobody was asked."""
    placed = free_pieces_taken_back_in_doubt(stage, lines)
    assert stage.state(placed) is State.CONFIRMED
    ((step, state),) = reduced(stage, placed).items()
    assert state == "review"
    assert "HUB-0002: 2 cancelled and 0 refunded of 3" in stage.delivery(placed, step).reason
    assert [code for code, _ in stage.alerts()] == ["changed-after-send"]


def test_the_bug_that_takes_a_total_that_is_both_for_what_remains_shows(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reductions, "unexplained_of", lambda *_: "")
    placed = free_pieces_taken_back_in_doubt(stage, FREE)
    assert reduced(stage, placed) == {}


def free_pieces_taken_back_in_doubt(stage: Stage, lines: Any) -> int:
    """An order whose sending was not answered, which the company has; two free pieces are cancelled before a look."""
    placed = stage.order("guest", **{**FIVE, "lines": lines})
    stage.break_sage("drop_after", on="send")
    stage.cycle()
    assert stage.state(placed) is State.IN_DOUBT
    order = shop_order(stage, placed)
    kept = {each["item_id"]: D(1) if each["sku"] == "HUB-0002" else D(5) for each in order.items}
    invoice.invoice(stage.shop, order, kept)
    assert order_actions.cancel(stage.shop, order)
    for _ in range(2):
        stage.cycle(after=SETTLED)
    return placed


def test_free_pieces_that_an_order_was_sent_without_are_not_asked_about(stage: Stage) -> None:
    stage.lock()
    placed = stage.order("guest", **{**FIVE, "lines": (*FIVE["lines"], *FREE)})
    stage.cycle()
    cancel_all_but(stage, placed, 5)
    stage.cycle()
    stage.unlock()
    stage.break_sage("drop_after", on="send")
    for _ in range(3):
        stage.cycle(after=SETTLED)
    assert (stage.state(placed), pieces_in_sage(stage, placed)) == (State.CONFIRMED, ["5"])
    assert reduced(stage, placed) == {}
