"""Bugs in what becomes of an order of which the shop takes something back. Every docstring says the wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tidegate.domain.orders import capture, totals
from tidegate.flows.orders import batch, intake, reductions


def cancelled_pieces_are_sent(patch: pytest.MonkeyPatch) -> None:
    """The ordered pieces go to Sage, whatever was cancelled before the order was read."""
    patch.setattr(totals, "remaining", lambda order, **_: order)


def a_closed_order_is_sent_while_in_doubt(patch: pytest.MonkeyPatch) -> None:
    """Only a cancellation ends an order; a refund of all of it does not."""

    def cancelled(order: Any) -> bool:
        return bool(order.state == "canceled")

    for module in (capture, batch):
        patch.setattr(module, "is_over", cancelled)
    patch.setattr(reductions, "unexplained_of", lambda *_: "")
    patch.setattr(totals, "remaining", lambda order, **_: order)


def a_status_cancelled_is_no_reason(patch: pytest.MonkeyPatch) -> None:
    """What a payment module has marked as cancelled is sent, since its state is still new."""
    rules = intake.capture_rules

    def lenient(settings: Any) -> Any:
        found = rules(settings)
        return replace(found, statuses_never=found.statuses_never - {"canceled"})

    patch.setattr(intake, "capture_rules", lenient)
