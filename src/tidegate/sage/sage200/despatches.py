"""Despatches of orders with our key, whole, with their tracking.

Source: contract §9.7, §10. The view of despatch lines is the one source of changes: a line that left and
a tracking number that came later both move its stamp. It shows the despatches of all channels and no
key, so the orders are asked whether they are ours.
"""

from __future__ import annotations

from collections.abc import Iterable

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment import Despatch, DespatchLine, Parcel
from tidegate.sage.sage200.answers import Row, amount_of, day_of, id_of, text_of
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.deltas import Stream
from tidegate.sage.sage200.web_orders import WebOrder, WebOrders

LINES = Stream("/sop_order_despatch_line_views", key="sop_despatch_line_id")
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
        return Delta(_despatches(rows, orders), LINES.cursor(rows), full=True)

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
        rows = self._rows("sop_despatch_id", ours)
        if isinstance(rows, Failure):
            return rows
        return Delta(_despatches(rows, orders), changes.cursor)

    def _rows(self, field: str, ids: Iterable[int]) -> list[Row] | Failure:
        return self._client.read_by_ids(LINES.path, field, ids, select=_SELECT, key=LINES.key)


def _despatches(rows: Iterable[Row], orders: dict[int, WebOrder]) -> tuple[Despatch, ...]:
    grouped: dict[tuple[int, int], list[Row]] = {}
    for row in rows:
        despatch, order = id_of(row, "sop_despatch_id"), id_of(row, "sop_order_id")
        if despatch is not None and order in orders:
            grouped.setdefault((despatch, order), []).append(row)
    return tuple(_despatch(despatch, orders[order], lines) for (despatch, order), lines in grouped.items())


def _despatch(despatch: int, order: WebOrder, rows: list[Row]) -> Despatch:
    parcels = {
        number: Parcel(
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
    number = id_of(row, "sop_order_line_id") or 0
    line = order.lines.get(number)
    return DespatchLine(
        line_id=str(number),
        line_key=line.key if line is not None else "",
        sku=text_of(row, "product_code").strip(),
        warehouse=text_of(row, "warehouse_name").strip(),
        quantity=amount_of(row, "sop_despatch_line_quantity"),
    )
