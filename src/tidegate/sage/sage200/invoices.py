"""Invoices and credit notes of orders with our key.

Source: contract §9.8, §10. Three views are needed, for none has everything: the lines carry the stamps and amounts
but no order; a second ties invoices to orders and has the totals; a third ties quantities to the
orders' lines. They meet on the invoice's id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.reading.document import Unreadable
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.code_books import CodeBook
from tidegate.sage.sage200.deltas import Stream, parked, with_parked
from tidegate.sage.sage200.fields import Row, day_of, figure_of, id_of, number_of, pieces_of, text_of
from tidegate.sage.sage200.queries import any_of, equals
from tidegate.sage.sage200.reference import Reference
from tidegate.sage.sage200.web_orders import WebOrder, WebOrders

AMOUNTS = Stream(
    "/customer_sop_invoice_credit_line_views",
    stamp="sop_invoice_credit_date_time_updated",
    key="sop_invoice_credit_line_id",
    parks=False,
)
POOL = 50  #: invoices that one call asks for
ORDER_TYPE = "0"  #: number of the type of an order; a return has another (A)
UNPOSTED = ("draft", "print", "unposted")  #: words in the status of what has not reached the ledger (A)
_AMOUNTS = (
    "sop_invoice_credit_line_id",
    "sop_invoice_credit_id",
    "sop_invoice_credit_type",
    "sop_invoice_credit_document_status",
    "sop_invoice_credit_line_total_value",
    "sop_invoice_credit_line_tax_value",
    "invoice_line_profit_analysis_line_quantity",
    "product_code",
    "sop_invoice_credit_date_time_updated",
)
_TIES = (
    "sop_invoice_credit_id",
    "sop_order_return_id",
    "sop_order_return_document_type_id",
    "customer_id",
    "customer_reference",
    "sop_invoice_credit_document_no",
    "sop_invoice_credit_document_date",
    "sop_invoice_credit_total_net_value",
    "sop_invoice_credit_total_tax_value",
    "sop_invoice_credit_total_gross_value",
)
_WHICH = ("sop_invoice_credit_id", "sop_order_return_id")
_QUANTITIES = (
    "sop_invoice_credit_id",
    "sop_order_return_line_id",
    "sop_invoice_credit_line_invoice_credit_quantity",
)


class Invoices:
    """The invoices of orders of one company."""

    def __init__(
        self, client: Sage200Client, reference: Reference, *, orders: WebOrders, customers: CodeBook
    ) -> None:
        """`customers` knows each account's currency."""
        self._client = client
        self._reference = reference
        self._orders = orders
        self._customers = customers

    def read(self, since: str | None) -> Delta[SalesInvoice] | Failure:
        """What is new or changed."""
        lists = self._reference.lists()
        if isinstance(lists, Failure):
            return lists
        return self._changed(since, lists.currencies) if since else self._all(lists.currencies)

    def _all(self, currencies: Mapping[int, str]) -> Delta[SalesInvoice] | Failure:
        orders = self._orders.all()  # from our orders on, as despatches are
        if isinstance(orders, Failure):
            return orders
        bills = self._read("sop_order_return_invoice_credit_views", "sop_order_return_id", orders, _WHICH)
        if isinstance(bills, Failure):
            return bills
        invoices = {number for row in bills if (number := id_of(row, "sop_invoice_credit_id")) is not None}
        # whole by the invoice: only so the orders of others that it bills as well are seen
        ties = self._read("sop_order_return_invoice_credit_views", "sop_invoice_credit_id", invoices, _TIES)
        if isinstance(ties, Failure):
            return ties
        amounts = self._client.read_by_ids(
            AMOUNTS.path, "sop_invoice_credit_id", invoices, select=_AMOUNTS, key=AMOUNTS.key
        )
        if isinstance(amounts, Failure):
            return amounts
        read = self._invoices(ties, amounts, orders, currencies)
        if isinstance(read, Failure):
            return read
        rows, bad = read
        cursor = with_parked(AMOUNTS.cursor(amounts), (row.key for row in bad))
        return Delta(rows, cursor, full=True, bad=bad)

    def _changed(self, since: str, currencies: Mapping[int, str]) -> Delta[SalesInvoice] | Failure:
        changes = AMOUNTS.read(self._client, since, select=_AMOUNTS)
        if isinstance(changes, Failure):
            return changes
        touched = {
            number for row in changes.rows if (number := id_of(row, "sop_invoice_credit_id")) is not None
        }
        again = parked(since) - touched
        more = self._client.read_by_ids(
            AMOUNTS.path, "sop_invoice_credit_id", again, select=_AMOUNTS, key=AMOUNTS.key
        )
        if isinstance(more, Failure):
            return more
        wanted = touched | again
        ties = self._read("sop_order_return_invoice_credit_views", "sop_invoice_credit_id", wanted, _TIES)
        if isinstance(ties, Failure):
            return ties
        orders = self._orders.of(
            number for row in ties if (number := id_of(row, "sop_order_return_id")) is not None
        )
        if isinstance(orders, Failure):
            return orders
        # All lines of an invoice carry the stamp of its header, so that a changed one is here whole.
        read = self._invoices(ties, [*changes.rows, *more], orders, currencies)
        if isinstance(read, Failure):
            return read
        rows, bad = read
        return Delta(rows, changes.parking(bad), bad=bad)

    def _read(
        self, view: str, field: str, ids: Iterable[int], select: tuple[str, ...]
    ) -> list[Row] | Failure:
        """Rows of a view that has no key of its own, for these ids."""
        found: list[Row] = []
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), POOL):
            where = any_of([equals(field, number) for number in wanted[start : start + POOL]])
            rows = self._client.read_listed(f"/{view}", select=select, where=where)
            if isinstance(rows, Failure):
                return rows
            found.extend(rows)
        return found

    def _invoices(
        self,
        ties: Iterable[Row],
        amounts: Iterable[Row],
        orders: dict[int, WebOrder],
        currencies: Mapping[int, str],
    ) -> tuple[tuple[SalesInvoice, ...], tuple[BadRow, ...]] | Failure:
        tied: defaultdict[int, list[Row]] = defaultdict(list)
        others: set[int] = set()  # invoices that bill an order without our key, or none at all
        for row in ties:
            invoice = id_of(row, "sop_invoice_credit_id") or 0
            if id_of(row, "sop_order_return_id") in orders:
                tied[invoice].append(row)
            else:
                others.add(invoice)
        quantities = self._read(
            "sop_order_return_line_invoice_credit_views", "sop_invoice_credit_id", tied, _QUANTITIES
        )
        if isinstance(quantities, Failure):
            return quantities
        customers = self._customers.of(id_of(rows[0], "customer_id") for rows in tied.values())
        if isinstance(customers, Failure):
            return customers
        by_amount, by_quantity = _by_invoice(amounts), _by_invoice(quantities)
        found: list[SalesInvoice] = []
        bad: list[BadRow] = []
        for number, rows in tied.items():
            customer = customers.get(id_of(rows[0], "customer_id") or 0, {})
            currency = currencies.get(id_of(customer, "currency_id") or 0, "")
            try:
                if not number:
                    raise Unreadable("it has no id", "sop_invoice_credit_id")
                turned = figure_of(rows[0], "sop_invoice_credit_total_gross_value") < 0
                own = {
                    order: orders[order]
                    for row in rows
                    if (order := id_of(row, "sop_order_return_id")) in orders
                }
                lines = _lines(by_quantity[number], by_amount[number], own, turned=turned)
                one = _invoice(number, rows, by_amount[number], lines, orders, currency)
                others_billed = number in others or any(
                    id_of(row, "sop_order_return_line_id") is None for row in by_quantity[number]
                )
                found.append(replace(one, bills_others=others_billed))
            except Unreadable as error:
                name = f"invoice {text_of(rows[0], 'sop_invoice_credit_document_no')}"
                bad.append(BadRow(name, str(error), number or None))
        return tuple(found), tuple(bad)


def _by_invoice(rows: Iterable[Row]) -> defaultdict[int, list[Row]]:
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[id_of(row, "sop_invoice_credit_id") or 0].append(row)
    return grouped


def _invoice(
    number: int,
    ties: list[Row],
    amounts: list[Row],
    lines: tuple[InvoiceLine, ...],
    orders: dict[int, WebOrder],
    currency: str,
) -> SalesInvoice:
    first = ties[0]
    ours = dict.fromkeys(order for row in ties if (order := id_of(row, "sop_order_return_id")) in orders)
    stated = amounts[0] if amounts else {}
    gross = figure_of(first, "sop_invoice_credit_total_gross_value")
    credit = "credit" in text_of(stated, "sop_invoice_credit_type").casefold() or gross < 0
    status = text_of(stated, "sop_invoice_credit_document_status").casefold()
    return SalesInvoice(
        id=str(number),
        number=text_of(first, "sop_invoice_credit_document_no"),
        credit=credit,
        day=day_of(first, "sop_invoice_credit_document_date"),
        account=text_of(first, "customer_reference").strip(),
        order_ids=tuple(str(order) for order in ours),
        order_keys=tuple(orders[order].key for order in ours if order is not None),
        net=abs(figure_of(first, "sop_invoice_credit_total_net_value")),
        tax=abs(figure_of(first, "sop_invoice_credit_total_tax_value")),
        gross=abs(gross),
        currency=currency,
        lines=lines,
        posted=not any(word in status for word in UNPOSTED),
        returned=credit and text_of(first, "sop_order_return_document_type_id") not in ("", ORDER_TYPE),
    )


def _lines(
    quantities: Iterable[Row], amounts: Iterable[Row], orders: dict[int, WebOrder], *, turned: bool
) -> tuple[InvoiceLine, ...]:
    """Lines by the order's lines; with their amounts where product and quantity distinguish them.

    `turned`: the document's amounts are negative in Sage.
    """
    known = {number: line for order in orders.values() for number, line in order.lines.items()}
    owner = {number: order.key for order in orders.values() for number in order.lines}
    offered: defaultdict[tuple[str, Decimal], list[tuple[Decimal | None, Decimal | None]]] = defaultdict(list)
    for row in amounts:
        quantity = number_of(row, "invoice_line_profit_analysis_line_quantity")
        net, tax = (number_of(row, f"sop_invoice_credit_line_{name}_value") for name in ("total", "tax"))
        if turned:
            net, tax = (None if value is None else -value for value in (net, tax))
        if quantity is not None:
            offered[text_of(row, "product_code").strip(), abs(quantity)].append((net, tax))
    lines = []
    for row in quantities:
        number = id_of(row, "sop_order_return_line_id") or 0
        line = known.get(number)
        if line is None and any(order.nameless for order in orders.values()):
            raise Unreadable("the order's own lines cannot be read", "sop_order_return_line_id")
        quantity = abs(pieces_of(row, "sop_invoice_credit_line_invoice_credit_quantity"))
        sku = line.sku if line is not None else ""
        same = set(offered[sku, quantity]) if line is not None else set()
        net, tax = same.pop() if len(same) == 1 else (None, None)
        key = line.key if line is not None else ""
        lines.append(InvoiceLine(str(number), key, sku, quantity, net, tax, owner.get(number, "")))
    return tuple(lines)
