"""An order as the store captured it: the document that the ledger keeps.

Amounts are Decimal in major units (pounds, dollars) with up to four decimals, as Magento holds
them; every amount exists in the order's currency and in the website's base currency. Instants are
aware UTC. Source: `contracts/magento/README.md`, points 1 to 9.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.domain.orders.extras import Extra


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A postal address with the person or firm it belongs to."""

    name: str = ""
    company: str = ""
    street: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""  #: ISO 3166 alpha-2
    telephone: str = ""
    email: str = ""
    vat_id: str = ""


class LineAmounts(msgspec.Struct, frozen=True):
    """One line's money in one currency.

    `net` is after discount and without tax (REST `row_total` + `discount_tax_compensation_amount`);
    `discount` is the discount without tax, positive, so `net + discount` is the line before
    discount. `tax` is Magento's own figure.
    """

    net: Decimal
    tax: Decimal
    discount: Decimal


class LineOption(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the buyer chose or wrote for one custom option of a line: an engraving, a colour."""

    id: str
    value: str  #: as the store states it: the text entered, or the id of the value chosen
    title: str = ""  #: the option's own, once its product was looked up
    chosen: str = ""  #: the chosen value's title

    @property
    def text(self) -> str:
        """`Engraving: For Ben, with love`."""
        return f"{self.title or f'Option {self.id}'}: {self.chosen or self.value}"


class Remark(msgspec.Struct, frozen=True):
    """Something that the buyer said or chose and that is not an amount: `kind` is its key in the configuration."""

    kind: str  #: pickup_location, company or gift_message
    text: str


class OrderLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line that counts: configurable children are already left out, a bundle counts once."""

    item_id: int
    sku: str
    name: str
    quantity: Decimal
    amounts: LineAmounts  #: order currency
    base: LineAmounts  #: website base currency
    tax_rate: Decimal = Decimal(0)  #: percent, e.g. 20
    tax_names: tuple[str, ...] = ()  #: codes of the applied tax rates, e.g. ("GB-VAT-20",)
    bundle_item_id: int | None = None  #: the bundle's own line, when this is one of its components
    bundle_sku: str = ""
    bundle_name: str = ""
    bundle_quantity: Decimal = Decimal(0)  #: how many bundles were ordered
    product_id: int | None = None  #: the store's product; of a configurable's line, the variant
    options_of: int | None = (
        None  #: the product that `options` belong to, where it is another: the configurable
    )
    ordered_sku: str = ""  #: the SKU as the order has it, where options were added to the product's own
    options: tuple[LineOption, ...] = ()
    cancelled: Decimal = Decimal(0)  #: pieces of `quantity` that the store has cancelled
    refunded: Decimal = Decimal(0)  #: pieces of `quantity` that the store has refunded

    @property
    def remaining(self) -> Decimal:
        """The pieces that are neither cancelled nor refunded."""
        return max(self.quantity - self.cancelled - self.refunded, Decimal(0))


class Totals(msgspec.Struct, frozen=True):
    """The order's sums in one currency. `shipping` is after its discount, without tax."""

    goods: Decimal  #: sum of the lines' net
    shipping: Decimal
    shipping_tax: Decimal
    shipping_discount: Decimal
    tax: Decimal  #: all tax, shipping tax included
    grand_total: Decimal


class Reductions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the store has taken back from an order, in one currency (contract, point 36).

    `cancelled` and `refunded` include tax and whatever else they took back. `shipping` is the part of
    both that was shipping, without tax and before its discount; `adjustment` the part of `refunded`
    that belongs to no piece (refund more the fee). `given_back`: what credit memos gave back to gift cards and
    the like, by source (`domain/orders/extras.py`); it is not in `refunded`, which is money.
    """

    cancelled: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    adjustment: Decimal = Decimal(0)
    given_back: dict[str, Decimal] = {}


class Customer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who ordered. `id` is None for guests (the key is absent in the API's answer)."""

    email: str
    name: str = ""
    id: int | None = None
    group_id: int | None = None
    vat_number: str = ""
    account: str = ""  #: the ERP account, when the store knows it (`ext_customer_id`)


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A captured order. Its identity is (`store`, `entity_id`): increment ids repeat."""

    store: str  #: name of the store in the configuration
    entity_id: int
    increment_id: str
    store_view_id: int
    website: str  #: website code
    state: str
    status: str  #: "" when Magento has none
    created_at: datetime
    updated_at: datetime
    currency: str
    base_currency: str
    customer: Customer
    billing: Address
    shipping: Address | None  #: None for virtual orders
    shipping_method: str
    shipping_description: str
    shipping_tax_rate: Decimal
    shipping_tax_names: tuple[str, ...] = ()
    payment_method: str
    po_number: str = ""
    coupon: str = ""
    note: str = ""
    lines: tuple[OrderLine, ...]
    totals: Totals  #: order currency
    base_totals: Totals  #: website base currency
    shipped: bool = False  #: whether any piece has left by the store's word
    invoiced: bool = False  #: whether the store has invoiced any piece
    reductions: Reductions = Reductions()  #: order currency
    base_reductions: Reductions = Reductions()  #: website base currency
    ext_order_id: str = ""
    parent_entity_id: int | None = None  #: the order that this one replaces (admin edit)
    child_entity_id: int | None = None  #: the order that replaces this one
    extras: tuple[Extra, ...] = ()  #: amounts besides lines, shipping and tax
    fields: tuple[Extra, ...] = ()  #: numbers that Magento itself does not know: extensions' own
    remarks: tuple[Remark, ...] = ()

    @property
    def key(self) -> str:
        """The order's identity over all stores, e.g. `main:213`."""
        return f"{self.store}:{self.entity_id}"
