"""The states of an order, in the domain's words (contract §7)."""

from __future__ import annotations

from tidegate.domain.fulfilment.sage_documents import OrderStanding
from tidegate.sage.sage300.rows import Row, flag_of, text_of
from tidegate.sage.sage300.wire_names import COMPLETE, COMPLETED, ON_HOLD


def is_complete(row: Row) -> bool:
    """Whether nothing of it is to be shipped any more: the list of finished states is open, their names begin alike."""
    return text_of(row, COMPLETED).startswith(COMPLETE)


def status_of(row: Row) -> OrderStanding:
    """How an order stands by its own header."""
    if is_complete(row):
        return OrderStanding.COMPLETE
    return OrderStanding.ON_HOLD if flag_of(row, ON_HOLD) else OrderStanding.LIVE
