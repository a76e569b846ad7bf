"""Despatches of orders with our key, whole, with their tracking.

Source: contract §9.7, §10. The view of despatch lines is the one source of changes: a line that left and
a tracking number that came later both move its stamp. It shows the despatches of all channels and no
key, so the orders are asked whether they are ours.
"""

from __future__ import annotations

from collections.abc import Iterable

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import Despatch, DespatchLine, TrackedParcel
from tidegate.reading.document import Unreadable
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.deltas import Stream, parked, with_parked
from tidegate.sage.sage200.fields import Row, day_of, id_of, pieces_of, text_of
from tidegate.sage.sage200.web_orders import WebOrder, WebOrders

LINES = Stream("/sop_order_despatch_line_views", key="sop_despatch_line_id", parks=False)
_SELECT = (
    "sop_despatch_line_id",
    "sop_despatch_line_quantity",
    "sop_despatch_id",
    "sop_despatch_document_no",
    "sop_despatch_date",
    "sop_order_line_id",
    "sop_order_id",
    "product_code",
    "warehouse_name",
    "sop_despatch_courier_name",
    "sop_despatch_consignment_no",
    "sys_courier_tracking_url",
    "date_time_updated",
)


class Despatches:
    """The despatches of one company."""

    def __init__(self, client: Sage200Client, orders: WebOrders) -> None:
        self._client = client
        self._orders = orders

    def read(self, since: str | None) -> Delta[Despatch] | Failure:
        """One despatch of one order a row: Sage may send several orders off with one note."""
        return self._changed(since) if since else self._all()

    def _all(self) -> Delta[Despatch] | Failure:
        # From our orders on, not through the despatches of every other channel since Sage began.
        orders = self._orders.all()
        if isinstance(orders, Failure):
            return orders
        rows = self._rows("sop_order_id", orders)
        if isinstance(rows, Failure):
            return rows
        found, bad = _despatches(rows, orders)
        cursor = with_parked(LINES.cursor(rows), (row.key for row in bad))
        return Delta(found, cursor, full=True, bad=bad)

    def _changed(self, since: str) -> Delta[Despatch] | Failure:
        changes = LINES.read(self._client, since, select=_SELECT)
        if isinstance(changes, Failure):
            return changes
        orders = self._orders.of(
            number for row in changes.rows if (number := id_of(row, "sop_order_id")) is not None
        )
        if isinstance(orders, Failure):
            return orders
        ours = {
            number
            for row in changes.rows
            if id_of(row, "sop_order_id") in orders and (number := id_of(row, "sop_despatch_id")) is not None
        }
        again = parked(since)
        rows = self._rows("sop_despatch_id", ours | again)
        if isinstance(rows, Failure):
            return rows
        if again:
            orders = self._orders.of(
                number for row in rows if (number := id_of(row, "sop_order_id")) is not None
            )
            if isinstance(orders, Failure):
                return orders
        without_order = [row for row in changes.rows if id_of(row, "sop_order_id") is None]
        found, bad = _despatches([*rows, *without_order], orders)
        return Delta(found, changes.parking(bad), bad=bad)

    def _rows(self, field: str, ids: Iterable[int]) -> list[Row] | Failure:
        return self._client.read_by_ids(LINES.path, field, ids, select=_SELECT, key=LINES.key)


def _despatches(
    rows: Iterable[Row], orders: dict[int, WebOrder]
) -> tuple[tuple[Despatch, ...], tuple[BadRow, ...]]:
    """The despatches of these orders, and those that cannot be read: a despatch goes whole or not at all."""
    grouped: dict[tuple[int, int], list[Row]] = {}
    bad: dict[int | None, BadRow] = {}
    for row in rows:
        despatch, order = id_of(row, "sop_despatch_id"), id_of(row, "sop_order_id")
        if order is None or (despatch is None and order in orders):
            why = "a line of it names no order" if order is None else "a line of it names no despatch"
            bad[despatch] = BadRow(_name(row, orders.get(order or 0)), why, despatch)
        elif despatch is not None and order in orders:
            grouped.setdefault((despatch, order), []).append(row)
    found = []
    for (despatch, order), lines in grouped.items():
        try:
            if despatch not in bad:
                found.append(_despatch(despatch, orders[order], lines))
        except Unreadable as error:
            bad[despatch] = BadRow(_name(lines[0], orders[order]), str(error), despatch)
    return tuple(found), tuple(bad.values())


def _name(row: Row, order: WebOrder | None) -> str:
    number = text_of(row, "sop_despatch_document_no")
    return f"despatch {number} of order {order.number}" if order is not None else f"despatch {number}"


def _despatch(despatch: int, order: WebOrder, rows: list[Row]) -> Despatch:
    parcels = {
        number: TrackedParcel(
            text_of(row, "sop_despatch_courier_name").strip(),
            number,
            text_of(row, "sys_courier_tracking_url").strip(),
        )
        for row in rows
        if (number := text_of(row, "sop_despatch_consignment_no").strip())
    }
    return Despatch(
        id=f"{despatch}/{order.id}",
        number=text_of(rows[0], "sop_despatch_document_no"),
        day=day_of(rows[0], "sop_despatch_date"),
        order_id=str(order.id),
        order_number=order.number,
        order_key=order.key,
        lines=tuple(_line(row, order) for row in rows),
        parcels=tuple(parcels.values()),
    )


def _line(row: Row, order: WebOrder) -> DespatchLine:
    number = id_of(row, "sop_order_line_id")
    if number is None:
        raise Unreadable("it names no line of the order", "sop_order_line_id")
    line = order.lines.get(number)
    if line is None and order.nameless:
        raise Unreadable("the order's own lines cannot be read", "sop_order_line_id")
    return DespatchLine(
        line_id=str(number),
        line_key=line.key if line is not None else "",
        sku=text_of(row, "product_code").strip(),
        warehouse=text_of(row, "warehouse_name").strip(),
        quantity=pieces_of(row, "sop_despatch_line_quantity"),
    )
