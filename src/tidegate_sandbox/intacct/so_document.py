"""Order Entry transactions as the product sees them: the kernel's orders, despatches, invoices and credits (§6).

A Sales Order is an order of the kernel, a Shipper a despatch, a Sales Invoice an invoice, a Sales Return a credit
note with returned goods. What was made without the document before it stands on one that nobody sees
(``extra["hidden"]``): an invoice straight from an order is a despatch and an invoice in one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from tidegate_sandbox.erp.despatch import Despatch, DespatchLine
from tidegate_sandbox.erp.invoice import Invoice, InvoiceLine
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.order import Order, OrderLine

if TYPE_CHECKING:
    from tidegate_sandbox.erp.receivable import Transaction
    from tidegate_sandbox.intacct.tenant import Tenant

Part = Literal["order", "despatch", "invoice", "credit"]
SUBTOTAL_KINDS = ("text", "tax")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document; ``converted`` is what later documents took of it."""

    id: int
    number: int  #: from 0
    ordered: OrderLine
    record: OrderLine | DespatchLine | InvoiceLine
    quantity: Decimal
    net: Decimal
    converted: Decimal
    source: int | None

    @property
    def left(self) -> Decimal:
        """What can still be converted."""
        return self.quantity - self.converted


@dataclass(frozen=True, slots=True)
class Subtotal:
    """A sum beside the lines: shipping, discount, sales tax."""

    id: int
    name: str
    total: Decimal
    ordered: OrderLine
    record: OrderLine | InvoiceLine


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One Order Entry transaction, made when it is looked at."""

    part: Part
    record: Order | Despatch | Invoice
    order: Order
    definition: str
    tenant: Tenant

    @property
    def id(self) -> int:
        """RECORDNO."""
        return self.record.id

    @property
    def extra(self) -> dict[str, Any]:
        """What the product keeps with the kernel's record."""
        return self.record.extra

    @property
    def number(self) -> str:
        """DOCNO."""
        return self.record.number

    @property
    def docid(self) -> str:
        """``<definition>-<number>``, the key of all legacy functions."""
        return f"{self.definition}-{self.number}"

    @property
    def entity(self) -> str:
        """The entity that it belongs to, empty for the top level."""
        return str(self.extra.get("entity", self.order.extra.get("entity", "")))

    @property
    def day(self) -> date:
        """WHENCREATED."""
        return self.record.date

    def kept(self, name: str) -> Any:
        """A header value by its name in the gateway; what the order said holds for what follows it."""
        found = self.extra.get("values", {}).get(name)
        return self.order.extra.get("values", {}).get(name) if found is None else found

    def custom(self, name: str) -> str | None:
        """A custom field; a document that was converted carries those of its source (A)."""
        found = self.extra.get("custom", {}).get(name)
        value = self.order.extra.get("custom", {}).get(name) if found is None else found
        return None if value is None else str(value)

    @property
    def lines(self) -> list[Line]:
        """The lines that a person sees."""
        return list(self._lines())

    def _lines(self) -> Iterator[Line]:
        company = self.tenant.company
        record = self.record
        if isinstance(record, Order):
            shown = [one for one in record.lines if one.kind == "item" and not one.extra.get("hidden")]
            for number, one in enumerate(shown):
                quantity = one.extra.get("ordered", one.quantity)
                yield Line(one.id, number, one, one, quantity, one.net, one.despatched, None)
            return
        if isinstance(record, Despatch):
            for number, sent in enumerate(record.lines):
                ordered = company.orders.lines[sent.order_line_id]
                done = sent.quantity if sent.is_invoiced else sent.extra.get("converted", ZERO)
                net = rounded(sent.quantity * (ordered.price - ordered.discount_value))
                source = None if self.order.extra.get("hidden") else ordered.id
                yield Line(sent.id, number, ordered, sent, sent.quantity, net, done, source)
            return
        number = 0
        for billed in record.lines:
            ordered = company.orders.lines[billed.order_line_id]
            if ordered.kind == "item":
                done = billed.extra.get("converted", ZERO)
                source = self._source_line(billed, ordered)
                yield Line(billed.id, number, ordered, billed, billed.quantity, billed.net, done, source)
                number += 1

    def _source_line(self, billed: InvoiceLine, ordered: OrderLine) -> int | None:
        kept: int | None = billed.extra.get("source")
        source = self.source
        if kept is not None or source is None:
            return kept
        return next((one.id for one in source.lines if one.ordered is ordered), None)

    @property
    def subtotals(self) -> list[Subtotal]:
        """The sums beside the lines."""
        record = self.record
        if isinstance(record, Order):
            return [
                Subtotal(one.id, one.description, one.tax if one.kind == "tax" else one.net, one, one)
                for one in record.lines
                if one.kind in SUBTOTAL_KINDS and not one.extra.get("hidden")
            ]
        if isinstance(record, Despatch):
            return []
        lines = self.tenant.company.orders.lines
        return [
            Subtotal(
                one.id, lines[one.order_line_id].description, one.net + one.tax, lines[one.order_line_id], one
            )
            for one in record.lines
            if lines[one.order_line_id].kind in SUBTOTAL_KINDS
        ]

    @property
    def subtotal(self) -> Decimal:
        """The sum of the lines."""
        return sum((one.net for one in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        """Lines and subtotals."""
        return self.subtotal + sum((one.total for one in self.subtotals), ZERO)

    @property
    def state(self) -> str:
        """The state, as the gateway words it (§6.3)."""
        record = self.record
        if isinstance(record, Order):
            if record.status == "draft":
                return "Draft"
            if record.extra.get("closed") or record.status == "cancelled":
                return "Closed"
            if record.held:
                return "Submitted"  # a person has to approve it first
        lines = self.lines
        if lines and all(one.left <= 0 for one in lines):
            return "Converted"
        if any(one.converted > 0 for one in lines):
            return "Partially Converted"
        return str(self.extra.get("state", "Pending"))

    @property
    def source(self) -> Document | None:
        """The document that it was converted from."""
        company, record = self.tenant.company, self.record
        if isinstance(record, Order):
            return None
        whole = None if self.order.extra.get("hidden") else document(self.tenant, self.order)
        if isinstance(record, Despatch):
            return whole
        if record.is_credit:
            kept = record.extra.get("source") or next(
                (one.id for one in company.invoices.of_order(record.order_id) if not one.is_credit), None
            )
            found = company.invoices.table.get(kept)
            return document(self.tenant, found) if found is not None else None
        sent = [company.despatches.table[id] for id in record.despatch_ids]
        shown = [one for one in sent if not one.extra.get("hidden")]
        return document(self.tenant, shown[0]) if len(shown) == 1 else whole

    @property
    def posted(self) -> Transaction | None:
        """Its transaction in accounts receivable."""
        record = self.record
        if not isinstance(record, Invoice) or record.posted_id is None:
            return None
        return self.tenant.company.receivables.table[record.posted_id]

    @property
    def due(self) -> date:
        """WHENDUE: as given, else by the customer's terms."""
        given = self.kept("WHENDUE")
        if isinstance(given, date):
            return given
        customer = self.tenant.company.customers.table[self.order.customer_id]
        return self.day + timedelta(days=customer.terms_days)


def document(tenant: Tenant, record: Order | Despatch | Invoice) -> Document:
    """A kernel's record as a document."""
    definitions: dict[str, str] = tenant.store.more["definitions"]
    if isinstance(record, Order):
        return Document("order", record, record, definitions["order"], tenant)
    part: Part = "despatch" if isinstance(record, Despatch) else "credit" if record.is_credit else "invoice"
    return Document(part, record, tenant.company.orders.table[record.order_id], definitions[part], tenant)


def documents(tenant: Tenant, definition: str = "") -> Iterator[Document]:
    """Every document that a person sees, of one definition or of all."""
    company = tenant.company
    names: dict[str, str] = tenant.store.more["definitions"]
    if definition in ("", names["order"]):
        yield from (document(tenant, one) for one in company.orders.table if not one.extra.get("hidden"))
    if definition in ("", names["despatch"]):
        yield from (document(tenant, one) for one in company.despatches.table if not one.extra.get("hidden"))
    if definition in ("", names["invoice"], names["credit"]):
        for one in company.invoices.table:
            if definition in ("", names["credit" if one.is_credit else "invoice"]):
                yield document(tenant, one)


def document_by_key(tenant: Tenant, key: int) -> Document | None:
    """A document by RECORDNO."""
    company = tenant.company
    found = (
        company.orders.table.get(key) or company.despatches.table.get(key) or company.invoices.table.get(key)
    )
    return document(tenant, found) if found is not None and not found.extra.get("hidden") else None


def document_by_docid(tenant: Tenant, docid: str) -> Document | None:
    """A document by DOCID."""
    company = tenant.company
    for part, name in tenant.store.more["definitions"].items():
        number = docid.removeprefix(f"{name}-")
        if number == docid:
            continue
        found: Order | Despatch | Invoice | None
        if part == "order":
            found = company.orders.table.first("number", number)
        elif part == "despatch":
            found = company.despatches.table.first("number", number)
        else:
            found = next(
                (
                    one
                    for one in company.invoices.table.find("number", number)
                    if one.is_credit == (part == "credit")
                ),
                None,
            )
        if found is not None and not found.extra.get("hidden") and found.number == number:
            return document(tenant, found)
    return None
