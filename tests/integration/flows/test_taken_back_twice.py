"""Pieces were taken back before an order was sent, and more since, and the ledger does not remember the first."""

from __future__ import annotations

from integration.flows.stage import SETTLED, Stage
from integration.flows.test_taken_back import D, reduced, refund, unanswered
from tidegate.domain.states import State
from tidegate.engine.interventions import Act


def test_a_total_between_what_was_placed_and_what_remains_is_explained_by_pieces(stage: Stage) -> None:
    """Seen before: one piece was refunded before it was sent and one after; of a restored ledger it was a tax of 10."""
    placed = unanswered(stage, "drop_after")
    refund(stage, placed, 2)
    (there,) = stage.company.orders
    there.gross = D("40.00")
    for _ in range(2):
        stage.cycle(after=SETTLED)
    review = stage.delivery(placed)
    assert (review.state, review.reason_code) == (State.REVIEW, "totals-differ")
    assert (
        "is 40.00, the store's 30.00 USD (difference 10.00). The order was placed over 50.00" in review.reason
    )
    assert "credit in Sage what was taken back later" in review.reason
    assert "tax" not in review.reason
    stage.act(Act.RETRY, placed, overrule=True)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    assert set(reduced(stage, placed).values()) == {"review"}, "what was taken back stays a matter of its own"
