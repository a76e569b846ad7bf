"""The same order in an ERP's terms: what a Sage room turns into its own payload.

Built by `order_totals.translate` so that the ERP's own arithmetic arrives at Magento's grand total
after tax. Amounts in the order's document currency, major units, Decimal.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from tidegate.domain.orders.line_keys import item_key
from tidegate.domain.orders.order import Address


class LineKind(StrEnum):
    """What a line is to the ERP."""

    GOODS = "goods"
    CHARGE = "charge"
    FREE_TEXT = "free text"
    COMMENT = "comment"


class SalesLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line. `net` and `tax` are what the ERP is expected to calculate from the rest."""

    kind: LineKind
    code: str = ""  #: SKU for goods, charge code for charges
    description: str = ""
    own_text: bool = False  #: of goods: the description counts, not the product's own
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = Decimal(0)  #: before discount, without tax
    unit_discount: Decimal = Decimal(0)
    tax_code: str = ""  #: the ERP's code, after mapping
    account: str = ""  #: nominal account, "" = the ERP's own default
    warehouse: str = ""
    item_id: int | None = None  #: Magento's item, for tracing lines
    extra: str = ""  #: our key of an amount besides goods and shipping (`line_keys.extra_key`)
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)

    @property
    def line_key(self) -> str:
        """What the ERP stores with the line, so that its documents find it again; "" for charges and text."""
        return self.extra if self.item_id is None else item_key(self.item_id)


class Buyer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who ordered, for a product that takes its customers inside the order."""

    key: str = ""  #: our key of the customer, as the company keeps it; "" for a guest
    customer_id: int | None = None  #: the store's; None for a guest
    website: str
    name: str
    company: str = ""
    email: str = ""
    vat_number: str = ""


class Prepaid(msgspec.Struct, frozen=True):
    """A part of the order that a gift card, store credit or the like has paid."""

    source: str  #: its key in the configuration
    text: str
    amount: Decimal
    account: str  #: clearing account; "" = none is configured


class SalesOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order ready for a Sage room."""

    key: str  #: the idempotency key that Sage stores, e.g. `magento:main:213`
    reference: str  #: the customer's order number that customers know: the increment id
    account: str  #: the customer's account reference in the ERP; "" where none is known and `buyer` counts
    date: date  #: in the company's time zone
    currency: str
    lines: tuple[SalesLine, ...]
    delivery: Address | None = None
    invoice: Address | None = None  #: for cash/web accounts, who is invoiced
    po_number: str = ""
    payment_method: str = ""
    carrier: str = ""
    note: str = ""
    net: Decimal
    tax: Decimal
    gross: Decimal  #: what the ERP is expected to arrive at: Magento's grand total and what was prepaid
    prepaid: tuple[Prepaid, ...] = ()
    memos: tuple[str, ...] = ()  #: for the company only
    rounding: Decimal = Decimal(0)  #: the rounding difference's amount, for the report
    buyer: Buyer | None = None  #: for products that take customers inside the order
    tax_group: str = ""  #: of the destination, for products that compute tax by schedule
    tax_schedule: str = ""  #: the same
    shipping: SalesLine | None = None  #: shipping, where it is a field of the header and no line
    adjustment: Decimal = Decimal(0)  #: the rounding difference, untaxed, where it is a field of the header
