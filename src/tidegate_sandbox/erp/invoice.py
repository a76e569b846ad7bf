"""Invoices and credit notes of orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Day
from decimal import Decimal

from tidegate_sandbox.erp.order import Totals
from tidegate_sandbox.erp.record import Record


@dataclass(slots=True, kw_only=True, eq=False)
class InvoiceLine(Record):
    """So much of one order line, invoiced."""

    invoice_id: int
    order_line_id: int
    order_id: int
    quantity: Decimal
    net: Decimal
    tax: Decimal
    cost: Decimal


@dataclass(slots=True, kw_only=True, eq=False)
class InvoiceTie(Record):
    """That an invoice or credit note is one of an order's."""

    invoice_id: int
    order_id: int


@dataclass(slots=True, kw_only=True, eq=False)
class Invoice(Record):
    """An invoice of one or several orders, or a credit note of one, posted to the sales ledger."""

    number: str
    order_id: int  #: the first, where there are several
    customer_id: int
    date: Day
    is_credit: bool = False
    returned: bool = False  #: credit notes: the goods came back into stock
    exchange_rate: Decimal = Decimal("1.000000")
    lines: list[InvoiceLine] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)
    despatch_ids: list[int] = field(default_factory=list)  #: the despatches it invoices
    posted_id: int | None = None  #: its transaction in the sales ledger
