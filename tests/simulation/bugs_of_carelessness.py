"""Nine careless changes that were once tried on the code. Every docstring says what the hub does wrong.

Two more of them, a lease without fence and any company's closing, stand in `bugs_of_the_engine`; a reservation
that counts twice in `bugs_of_stock`. A fence and a cancellation by the id alone are found beside the ledger's and the
company's own tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tidegate.domain.money import ZERO
from tidegate.flows.payments import deposits
from tidegate.ledger import delivery
from tidegate.ledger.delivery import NewDelivery
from tidegate.sage.sage200 import deltas
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.fields import text_of
from tidegate.sage.sage200.orders import Orders
from tidegate.transport import Answer


def a_404_at_a_look_up_means_absent(patch: pytest.MonkeyPatch) -> None:
    """What is between us and Sage says 404, and the order counts as not there."""
    send = Sage200Client.send

    def believing(self: Sage200Client, method: str, path: str, *more: Any, **options: Any) -> Any:
        answer = send(self, method, path, *more, **options)
        if method == "GET" and path == "/sop_orders" and isinstance(answer, Answer) and answer.status == 404:
            return Answer(200, {"content-type": "application/json"}, b"[]")
        return answer

    patch.setattr(Sage200Client, "send", believing)


def one_key_for_two_allocations(patch: pytest.MonkeyPatch) -> None:
    """The second invoice of an order finds its allocation done: the receipt is never set against it."""
    create_many = delivery.create_many

    def one(wanted: Sequence[NewDelivery], now: datetime) -> dict[str, int]:
        return create_many([with_one_key(each) for each in wanted], now)

    patch.setattr(deposits.delivery, "create_many", one)


def with_one_key(wanted: NewDelivery) -> NewDelivery:
    """An allocation by its order alone."""
    if not wanted.step.startswith(deposits.ALLOCATION):
        return wanted
    return replace(
        wanted, step=f"{deposits.ALLOCATION}:", key=wanted.key.replace(wanted.step, deposits.ALLOCATION)
    )


def no_overlap_at_deltas(patch: pytest.MonkeyPatch) -> None:
    """What changed before the newest stamp was seen is never asked for again."""
    patch.setattr(deltas, "OVERLAP", timedelta(0))


def a_receipt_for_a_cancelled_order(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks whether the order is still alive before its money is posted."""
    still_alive = deposits.still_alive

    def careless(item: Any, there: Any, settled: Any) -> Any:
        return there if there is not None and there.account else still_alive(item, there, settled)

    patch.setattr(deposits, "still_alive", careless)


def a_receipt_of_the_whole_order(patch: pytest.MonkeyPatch) -> None:
    """Where the company's answer told no total, what was taken back before the order left is received, too."""

    def careless(order: Any, sent: Any, back: Any = ZERO) -> Any:
        gross = order.gross if sent is None or sent.target_total is None else sent.target_total
        return gross - sum((each.amount for each in order.prepaid), ZERO) + back

    patch.setattr(deposits, "paid_at_checkout", careless)


def cancel_by_id_alone(patch: pytest.MonkeyPatch) -> None:
    """Whatever order stands behind the id is deleted, whether it is ours or not."""
    cancel = Orders.cancel

    def careless(self: Orders, order_id: str, number: str) -> Any:
        there = self._client.read_one(f"/sop_orders/{order_id}", "")
        return cancel(self, order_id, text_of(there, "document_no") if isinstance(there, dict) else number)

    patch.setattr(Orders, "cancel", careless)
