"""Orders looked up by our key, or by the customer's order number. Source: contract §8.

An order counts as absent only after a look-up that was answered with a list. Quotes in the same resource do not count.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.errors import Failure
from tidegate.reading.document import Unreadable
from tidegate.sage.port.orders import Found, OrderKey
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.queries import equals
from tidegate.sage.sage300.rows import Row, money_of, text_of
from tidegate.sage.sage300.status_words import status_of
from tidegate.sage.sage300.wire_names import (
    ORDER_ID,
    ORDER_NUMBER,
    ORDER_TOTAL,
    ORDER_TYPE,
    OUR_KEY,
    PURCHASE_ORDER,
    QUOTE,
)


class OrderSearch:
    """Looks orders up."""

    def __init__(self, client: Sage300Client) -> None:
        self._client = client

    def find(self, keys: Sequence[OrderKey]) -> dict[str, list[Found]] | Failure:
        """Every order that carries one of these keys or order numbers; pooled."""
        terms = {}
        for one in keys:
            terms[one.key] = [equals(OUR_KEY, one.key)]
            if one.reference.strip():
                terms[one.key].append(equals(PURCHASE_ORDER, one.reference.strip()))
        rows = self._client.read_pooled("OEOrders", terms, key=ORDER_ID)
        if isinstance(rows, Failure):
            return rows
        listed = {text_of(row, ORDER_ID): row for row in rows if text_of(row, ORDER_TYPE) != QUOTE}
        return {one.key: [_found(row, one) for row in listed.values() if _meets(row, one)] for one in keys}


def _meets(row: Row, asked: OrderKey) -> bool:
    reference = asked.reference.strip()
    return text_of(row, OUR_KEY) == asked.key or (
        bool(reference) and text_of(row, PURCHASE_ORDER) == reference
    )


def _found(row: Row, asked: OrderKey) -> Found:
    try:
        gross = money_of(row, ORDER_TOTAL)
    except Unreadable:
        gross = None
    key = text_of(row, OUR_KEY)
    return Found(
        id=text_of(row, ORDER_ID),
        number=text_of(row, ORDER_NUMBER),
        status=status_of(row),
        key=key,
        reference=text_of(row, PURCHASE_ORDER),
        ours=key == asked.key,
        account=text_of(row, "CustomerNumber"),
        gross=gross,
    )
