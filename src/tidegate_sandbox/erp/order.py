"""Sales orders and their lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Day
from decimal import Decimal
from typing import Any, Literal

from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.record import Record
from tidegate_sandbox.erp.warehouse import NONE

NOWHERE = Target("")
LineKind = Literal["item", "text", "charge", "comment", "tax"]
"""``tax``: an amount of tax that the sending system gave for the whole document, its value the line's tax."""
OrderStatus = Literal["live", "on_hold", "complete", "dispute", "cancelled", "draft"]
Progress = Literal["none", "partly", "fully"]


@dataclass(slots=True, kw_only=True, eq=False)
class Totals:
    """The sums of a document, in its currency."""

    goods: Decimal = ZERO
    charges: Decimal = ZERO
    charges_tax: Decimal = ZERO
    discount: Decimal = ZERO
    net: Decimal = ZERO
    tax: Decimal = ZERO
    gross: Decimal = ZERO


@dataclass(slots=True, kw_only=True, eq=False)
class Payment:
    """What the customer paid with the order. ``value`` None: the whole order."""

    value: Decimal | None
    method_id: int | None
    reference: str = ""
    at_once: bool = False  #: posted when the order is entered, not when it is invoiced
    posted_id: int | None = None  #: the receipt in the sales ledger
    spent: Decimal = ZERO  #: already set against invoices


@dataclass(slots=True, kw_only=True, eq=False)
class OrderLine(Record):
    """A line of a sales order."""

    order_id: int
    kind: LineKind
    number: int = 0
    item_id: int | None = None
    warehouse_id: int | None = None
    charge_id: int | None = None
    code: str = ""
    external_key: str = ""  #: the key that the sending system stored in the line
    description: str = ""
    quantity: Decimal = NONE
    price: Decimal = NONE
    price_overridden: bool = False
    discount_percent: Decimal = ZERO
    discount_value: Decimal = NONE  #: off each unit
    cost: Decimal = NONE
    tax_code_id: int | None = None
    tax_rate: Decimal = ZERO
    revenue: Target = NOWHERE
    given: tuple[Decimal, Decimal] | None = (
        None  #: net and tax, where a face's product calculates them itself
    )
    net: Decimal = ZERO
    tax: Decimal = ZERO
    document_discount: Decimal = ZERO  #: this line's share of the order's discount
    allocated: Decimal = NONE
    despatched: Decimal = NONE
    invoiced: Decimal = NONE
    is_stocked: bool = False

    @property
    def outstanding(self) -> Decimal:
        """Ordered and not yet despatched; nothing where nothing is to be despatched."""
        return self.quantity - self.despatched if self.is_stocked else NONE

    @property
    def has_value(self) -> bool:
        """Whether the line can be invoiced."""
        return self.kind != "comment"

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do for the line."""
        return not self.has_value or (self.invoiced >= self.quantity and self.outstanding <= 0)


@dataclass(slots=True, kw_only=True, eq=False)
class Order(Record):
    """A sales order."""

    number: str
    customer_id: int
    date: Day
    currency_id: int
    exchange_rate: Decimal = Decimal("1.000000")
    customer_order_no: str = ""
    external_key: str = ""  #: the key that the system which sent the order stored in it
    status: OrderStatus = "live"
    customer_kind: Literal["credit", "cash", "prospect"] = "credit"
    lines: list[OrderLine] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)
    discount_percent: Decimal = ZERO
    credit_exceeded: bool = False
    override_hold: bool = False
    held: bool = False  #: put on hold by a person
    payment: Payment | None = None
    delivery: dict[str, Any] = field(default_factory=dict)
    invoice_address: dict[str, Any] = field(default_factory=dict)
    created_by: str = ""
    channel: str = "api"
    requested: Day | None = None
    promised: Day | None = None
    locked_by: int | None = None
    open_gross: Decimal = ZERO  #: what of it stands in the customer's open orders

    @property
    def allocation(self) -> Progress:
        """How far stock is promised to it."""
        return _progress(
            [(line.allocated + line.despatched, line.quantity) for line in self.lines if line.is_stocked]
        )

    @property
    def despatch(self) -> Progress:
        """How far it has been despatched."""
        return _progress([(line.despatched, line.quantity) for line in self.lines if line.is_stocked])

    @property
    def invoicing(self) -> Progress:
        """How far it has been invoiced."""
        return _progress([(line.invoiced, line.quantity) for line in self.lines if line.has_value])

    @property
    def is_open(self) -> bool:
        """Whether it still counts as ordered."""
        return self.status in ("live", "on_hold", "dispute")


def line_progress(done: Decimal, wanted: Decimal) -> Progress:
    """How far one quantity has got."""
    if done <= 0:
        return "none"
    return "fully" if done >= wanted else "partly"


def _progress(pairs: list[tuple[Decimal, Decimal]]) -> Progress:
    if not pairs or not any(done > 0 for done, _ in pairs):
        return "none"
    return "fully" if all(done >= wanted for done, wanted in pairs) else "partly"
