"""Bugs in reading what cannot be read. Every docstring says what the hub does wrong."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Order
from tidegate.flows.orders import batch
from tidegate.reading.document import Unreadable
from tidegate.sage.sage200 import stock
from tidegate.sage.sage200.fields import Row

T = TypeVar("T")


def an_absent_stock_figure_is_zero(patch: pytest.MonkeyPatch) -> None:
    """Null pieces are no pieces."""
    pieces_of = stock.pieces_of

    def lenient(record: Row, name: str) -> Decimal:
        try:
            return pieces_of(record, name)
        except Unreadable:
            return Decimal(0)

    patch.setattr(stock, "pieces_of", lenient)


def a_bad_row_ends_its_flow(patch: pytest.MonkeyPatch) -> None:
    """One figure that cannot be read, and the whole list counts as not read."""
    read = stock.Stock.read

    def strict(self: stock.Stock, *asked: Any) -> Any:
        found = read(self, *asked)
        if isinstance(found, Delta) and found.bad:
            return Failure(Code.MALFORMED, str(found.bad[0]), sent=False)
        return found

    patch.setattr(stock.Stock, "read", strict)


def an_unforeseen_error_ends_the_cycle(patch: pytest.MonkeyPatch) -> None:
    """One order meets an error that nobody foresaw, and no other goes on."""
    translate = batch.OrderBatch.translate

    def broken(self: batch.OrderBatch, order: Order, account: str, *edits: Any) -> Any:
        if order.entity_id == 1:
            raise ZeroDivisionError("nobody foresaw this")
        return translate(self, order, account)

    def unfenced(label: str, act: Callable[[], T]) -> T | Failure:
        try:
            return act()
        except ZeroDivisionError as error:
            return Failure(Code.MALFORMED, str(error), sent=False)  # told of the batch, of no record

    def carry(self: batch.OrderBatch, items: Any) -> None:
        failure = unfenced("", lambda: self.whole(items))
        if failure is not None:
            self.cycle.call_failed(failure)

    patch.setattr(batch.OrderBatch, "translate", broken)
    patch.setattr(batch.OrderBatch, "carry", carry)
