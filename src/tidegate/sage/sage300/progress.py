"""How far orders have come, from their own headers and lines, and from their invoices.

Source: contract §7. There is no time of change: a reader lists the open ones with our key and those that are new, and
asks by number for those that it saw open and does not see any more. An order is watched until it is shipped and
invoiced, or gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import OrderProgress, SalesOrderStatus
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.sage300.documents import Documents
from tidegate.sage.sage300.rows import Row, details_of, flag_of, number_of, text_of
from tidegate.sage.sage300.status_words import is_complete, status_of
from tidegate.sage.sage300.web_orders import OPEN, OURS, WebOrder, WebOrders
from tidegate.sage.sage300.wire_names import (
    INVOICES_MADE,
    LAST_INVOICE,
    LINE_ORDER,
    LINE_ORDER_LINE,
    ON_HOLD,
    ORDER_ID,
)

ENDED = (SalesOrderStatus.COMPLETE, SalesOrderStatus.CANCELLED)


class _Watched(msgspec.Struct, frozen=True, array_like=True):
    """An order that is not done: what is needed to report it when it has gone."""

    number: str
    key: str
    shipped: bool
    digest: str


class _Position(msgspec.Struct, frozen=True):
    high: int
    watched: dict[str, _Watched]


class Progress:
    """How far the orders with our key have come."""

    def __init__(self, orders: WebOrders, invoices: Documents) -> None:
        self._orders = orders
        self._invoices = invoices

    def read(self, since: str | None) -> Delta[OrderProgress] | Failure:
        """Orders that are new, changed or gone."""
        before = _position(since)
        where = (*OPEN, f"{OURS} and {ORDER_ID} gt {before.high}") if before is not None else (OURS,)
        listed = self._orders.listed(where)
        if isinstance(listed, Failure):
            return listed
        known = before.watched if before is not None else {}
        missing = [id for id in known if id not in listed]
        again = self._orders.by_ids(missing) if missing else {}
        if isinstance(again, Failure):
            return again
        orders = {**listed, **again}
        changed = {
            id: one for id, one in orders.items() if id not in known or known[id].digest != _digest(one)
        }
        billed = self._billed(changed.values())
        if isinstance(billed, Failure):
            return billed
        rows = {id: _progress(one, billed.get(one.number, ())) for id, one in changed.items()}
        gone = [_gone(id, known[id]) for id in missing if id not in again]
        done = {id for id, row in rows.items() if row.status in ENDED}
        watched = {id: _watched(one) for id, one in orders.items() if id not in done}
        high = max([before.high if before is not None else 0, *(int(id) for id in orders if id.isdigit())])
        cursor = msgspec.json.encode(_Position(high, watched)).decode()
        return Delta((*rows.values(), *gone), cursor, before is None)

    def _billed(self, orders: Iterable[WebOrder]) -> dict[str, list[Row]] | Failure:
        """Lines of the invoices of orders that have any, by the order's number."""
        numbers = [one.number for one in orders if text_of(one.row, LAST_INVOICE)]
        rows = self._invoices.of(numbers) if numbers else []
        if isinstance(rows, Failure):
            return rows
        found: dict[str, list[Row]] = {}
        for row in rows:
            try:
                lines = details_of(row, self._invoices.names.lines)
            except Unreadable:
                continue
            for line in lines:
                number = text_of(line, LINE_ORDER) or text_of(row, LINE_ORDER)
                found.setdefault(number, []).append(line)
        return found


def _position(since: str | None) -> _Position | None:
    if not since:
        return None
    try:
        return msgspec.json.decode(since, type=_Position)
    except msgspec.MsgspecError:
        return None


def _digest(order: WebOrder) -> str:
    lines = sorted(f"{one.id} {one.ordered} {one.shipped}" for one in order.lines.values())
    header = [is_complete(order.row), flag_of(order.row, ON_HOLD), text_of(order.row, LAST_INVOICE)]
    text = f"{header} {text_of(order.row, INVOICES_MADE)} {lines}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _watched(order: WebOrder) -> _Watched:
    shipped = any(line.shipped > 0 for line in order.lines.values())
    return _Watched(order.number, order.key, shipped, _digest(order))


def _gone(id: str, order: _Watched) -> OrderProgress:
    """Deleted: cancelled if nothing was shipped, else its history was cleared."""
    status = SalesOrderStatus.COMPLETE if order.shipped else SalesOrderStatus.CANCELLED
    done = "full" if order.shipped else "none"
    return OrderProgress(id, order.number, order.key, status, done, done)


def billed_pieces(lines: Iterable[Row], pieces: str) -> dict[str, Decimal]:
    """Pieces invoiced, by the order's line; ZERO for what cannot be read."""
    found: dict[str, Decimal] = {}
    for line in lines:
        id = text_of(line, LINE_ORDER_LINE)
        try:
            quantity = number_of(line, pieces) or ZERO
        except Unreadable:
            quantity = ZERO
        found[id] = found.get(id, ZERO) + quantity
    return found


def _progress(order: WebOrder, billed: Iterable[Row]) -> OrderProgress:
    goods = order.goods
    pieces: Mapping[str, Decimal] = billed_pieces(billed, "QuantityShipped")
    shipped = [line.shipped for line in goods]
    despatched = "none"
    if goods and any(shipped):
        despatched = "full" if all(line.shipped >= line.ordered for line in goods) else "part"
    invoiced = "part" if text_of(order.row, LAST_INVOICE) else "none"
    whole = all(pieces.get(line.id, ZERO) >= line.shipped for line in goods)
    complete = is_complete(order.row)
    if invoiced == "part" and whole and (despatched == "full" or complete):
        invoiced = "full"
    status = status_of(order.row)
    if status is SalesOrderStatus.COMPLETE and invoiced != "full":
        status = SalesOrderStatus.LIVE  # its invoice is still to come
    return OrderProgress(order.id, order.number, order.key, status, despatched, invoiced)
