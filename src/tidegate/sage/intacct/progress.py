"""How far orders have come: their own state, and those of the documents that were made from them.

Source: contract §6.2, §6.3. An order does not change when its shipper is invoiced, so changed shippers and
invoices are read along, in the same request, and lead back to their orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import OrderProgress, SalesOrderStatus
from tidegate.sage.intacct.deltas import changes
from tidegate.sage.intacct.queries import Query, among
from tidegate.sage.intacct.rows import Row, text_of
from tidegate.sage.intacct.status_words import CLOSED, CONVERTED, PARTLY, status_of
from tidegate.sage.intacct.web_orders import HEADER, WebOrder, WebOrders


class Progress:
    """How far the orders with our key have come."""

    def __init__(self, orders: WebOrders) -> None:
        self._orders = orders
        company = orders.company
        self._later = [name for name in (company.shipper, company.sales_invoice) if name]

    def read(self, since: str | None) -> Delta[OrderProgress] | Failure:
        """Orders that changed themselves, or of which a shipper or an invoice did."""
        later = Query("SODOCUMENT", HEADER, among("DOCPARID", self._later))
        queries = self._orders.query(), later
        found = changes(self._orders.client, queries, since, self._orders.from_the_first)
        if isinstance(found, Failure):
            return found
        own, others = found.rows
        orders = {one.id: one for row in own if (one := self._orders.order(row)) is not None}
        origins = self._orders.origins(others)
        if isinstance(origins, Failure):
            return origins
        more = self._orders.of((docid for docid in origins.values() if docid not in orders), lines=False)
        if isinstance(more, Failure):
            return more
        orders |= more
        made = self._made(orders)
        if isinstance(made, Failure):
            return made
        invoice = self._orders.company.sales_invoice
        rows = tuple(_progress(one, made[one.id], invoice) for one in orders.values())
        return Delta(rows, found.cursor, found.full)

    def _made(self, orders: dict[str, WebOrder]) -> dict[str, list[Row]] | Failure:
        """The shippers and invoices that were made from orders, by order."""
        made: defaultdict[str, list[Row]] = defaultdict(list)
        # Of an order that is live, and of which nothing was taken, nothing was made.
        begun = [one.id for one in orders.values() if one.state in (PARTLY, CONVERTED, CLOSED)]
        rows = self._orders.made_from(begun)
        if isinstance(rows, Failure):
            return rows
        for row in rows:
            if text_of(row, "DOCPARID") in self._later:
                made[text_of(row, "CREATEDFROM")].append(row)
        return made


def _progress(order: WebOrder, made: Sequence[Row], invoice: str) -> OrderProgress:
    progress = OrderProgress(
        order_id=order.id,
        order_number=order.number,
        order_key=order.key,
        status=status_of(order.state),
        despatched=_despatched(order, made),
        invoiced="none",
    )
    if not made:
        return progress
    billed = [_billed(row, invoice) for row in made]
    whole = progress.despatched == "full" or order.state == CLOSED
    invoiced = "part" if any(one != "none" for one in billed) else "none"
    if whole and all(one == "full" for one in billed):
        invoiced = "full"
    progress = replace(progress, invoiced=invoiced)
    if order.state == CLOSED or (progress.despatched == "full" and invoiced == "full"):
        return replace(progress, status=SalesOrderStatus.COMPLETE)
    return progress


def _despatched(order: WebOrder, made: Sequence[Row]) -> str:
    if order.state == CONVERTED:
        return "full"
    return "part" if order.state == PARTLY or made else "none"


def _billed(row: Row, invoice: str) -> str:
    """How far a document made from an order is invoiced: an invoice is, a shipper as far as it was converted."""
    if text_of(row, "DOCPARID") == invoice:
        return "full"
    state = text_of(row, "STATE")
    return "full" if state == CONVERTED else "part" if state == PARTLY else "none"
