"""Orders looked up by our key, and by the customer's order number. Source: contract §5.

The key is the agent's to answer: it asks its journal, open orders and history, and says how far a miss can be trusted.
Order numbers are looked for here, in open orders and history, to show what others have entered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.reading.document import Unreadable
from tidegate.sage.port.orders import Found, OrderKey
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.reference import customer_of
from tidegate.sage.sage100.rows import Row, number_of, text_of, total_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.status_words import gone, status_of
from tidegate.sage.sage100.wire_names import (
    CUSTOMER_NUMBER,
    DISCOUNT,
    DIVISION,
    GONE_QUOTES,
    HISTORY,
    NUMBERS_IN_TEXT,
    ORDER_NUMBER,
    ORDER_STATUS,
    ORDER_TYPE,
    ORDERS,
    PURCHASE_ORDER,
    QUOTES,
    SUMS,
)

COLUMNS = (ORDER_NUMBER, ORDER_STATUS, DIVISION, CUSTOMER_NUMBER, PURCHASE_ORDER, *SUMS, DISCOUNT)


class OrderSearch:
    """Looks orders up."""

    def __init__(self, client: Sage100Client, company: Sage100Settings) -> None:
        self._client = client
        self._company = company

    def find(self, keys: Sequence[OrderKey]) -> dict[str, list[Found]] | Failure:
        """Every order that carries one of these keys or order numbers; pooled."""
        if not keys:
            return {}
        known = self._client.by_key([one.key for one in keys])
        if isinstance(known, Failure):
            return known
        for key, one in known.items():
            if text_of(one, "result") not in ("found", "absent", "review"):
                text = f"the agent cannot say whether {key} is in Sage: {text_of(one, 'reason')}"
                return Failure(Code.SERVER_TROUBLE, text, sent=False)
        rows = self._by_references(one.reference.strip() for one in keys)
        if isinstance(rows, Failure):
            return rows
        return {one.key: self._found(one, known[one.key], rows) for one in keys}

    def _by_references(self, references: Iterable[str]) -> dict[str, Row] | Failure:
        """Orders with these order numbers, by their own number: an open order's row before that of its history."""
        wanted = list(references)
        field = self._company.order_field
        rows = self._client.narrowed(ORDERS, PURCHASE_ORDER, wanted, (*COLUMNS, ORDER_TYPE, field))
        if isinstance(rows, Failure):
            return rows
        found = {text_of(row, ORDER_NUMBER): row for row in rows}
        if self._company.keeps_history:
            past = self._client.narrowed(HISTORY, PURCHASE_ORDER, wanted, (*COLUMNS, field))
            if isinstance(past, Failure):
                return past
            for row in past:
                found.setdefault(text_of(row, ORDER_NUMBER), {**row, "history": True})
        return {number: row for number, row in found.items() if not _is_quote(row)}

    def _found(self, asked: OrderKey, known: Row, rows: dict[str, Row]) -> list[Found]:
        reference, field = asked.reference.strip(), self._company.order_field
        made = {
            number: self._listed(row, asked)
            for number, row in rows.items()
            if (reference and text_of(row, PURCHASE_ORDER) == reference) or text_of(row, field) == asked.key
        }
        for number in _numbers(known):
            if number not in made:
                made[number] = self._known(number, asked, known)
        return list(made.values())

    def _listed(self, row: Row, asked: OrderKey) -> Found:
        key, number = text_of(row, self._company.order_field), text_of(row, ORDER_NUMBER)
        try:
            gross = total_of(row)
        except Unreadable:
            gross = None
        return Found(
            id=number,
            number=number,
            status=gone(row) if row.get("history") else status_of(row),
            key=key,
            reference=text_of(row, PURCHASE_ORDER),
            ours=key == asked.key,
            account=customer_of(row, self._company.division),
            gross=gross,
        )

    def _known(self, number: str, asked: OrderKey, known: Row) -> Found:
        """What only the agent knows: an order whose order number was changed, or that is gone."""
        totals = known.get("totals")
        try:
            gross = number_of(totals, "total") if isinstance(totals, dict) else None
        except Unreadable:
            gross = None
        status: SalesOrderStatus | None = None
        if known.get("totals") is None and text_of(known, "result") == "review":
            status = SalesOrderStatus.CANCELLED  # written and gone: a person has deleted it
        elif text_of(known, "place") == "open":
            status = status_of({ORDER_STATUS: known.get("status")})
        elif text_of(known, "place") == "history":
            status = gone({ORDER_STATUS: known.get("status")})
        return Found(
            id=number, number=number, status=status, key=asked.key, reference="", ours=True, gross=gross
        )


def _numbers(known: Row) -> list[str]:
    """Orders that the agent names: one, or those that carry one key together."""
    match text_of(known, "result"):
        case "found":
            return [text_of(known, "sales_order_no")]
        case "review":
            number = text_of(known, "sales_order_no")
            return [number] if number else re.findall(NUMBERS_IN_TEXT, text_of(known, "reason"))
        case _:
            return []


def _is_quote(row: Row) -> bool:
    if row.get("history"):
        return text_of(row, ORDER_STATUS) in GONE_QUOTES
    return text_of(row, ORDER_TYPE) in QUOTES
