"""The parts of the store's answers that Tidegate reads, as typed values.

Keys that are null are left out by Magento, so everything has a default (contract point 6). What is not
named here is skipped while decoding, which is also what makes it fast. Texts may be numbers and numbers
texts: PHP extensions mix them up.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

Text = str | int | None
Amount = Decimal | None
Id = int | None


class WireAddress(msgspec.Struct):
    """An order address."""

    firstname: Text = None
    lastname: Text = None
    company: Text = None
    street: list[Text] | str | None = None
    city: Text = None
    region: Text = None
    postcode: Text = None
    country_id: Text = None
    telephone: Text = None
    email: Text = None
    vat_id: Text = None


class WireItem(msgspec.Struct):
    """An order line. `row_total` and `row_total_incl_tax` are after discount (point 2)."""

    item_id: int
    parent_item_id: Id = None
    product_type: Text = None
    sku: Text = None
    name: Text = None
    qty_ordered: Amount = None
    tax_percent: Amount = None
    row_total: Amount = None
    row_total_incl_tax: Amount = None
    discount_amount: Amount = None
    discount_tax_compensation_amount: Amount = None
    tax_amount: Amount = None
    base_row_total: Amount = None
    base_row_total_incl_tax: Amount = None
    base_discount_amount: Amount = None
    base_discount_tax_compensation_amount: Amount = None
    base_tax_amount: Amount = None
    qty_canceled: Amount = None
    qty_refunded: Amount = None
    qty_shipped: Amount = None
    qty_invoiced: Amount = None


class WirePayment(msgspec.Struct):
    """How the order is paid."""

    method: Text = None
    po_number: Text = None


class WireShipping(msgspec.Struct):
    """Where to and how (point 8)."""

    address: WireAddress | None = None
    method: Text = None


class WireAssignment(msgspec.Struct):
    """One shipping assignment; Magento makes exactly one."""

    shipping: WireShipping | None = None


class WireTax(msgspec.Struct):
    """One applied tax rate."""

    code: Text = None
    percent: Amount = None


class WireItemTaxes(msgspec.Struct):
    """The rates applied to one line (type product), or to the shipping."""

    type: Text = None
    item_id: Id = None
    applied_taxes: list[WireTax] | None = None


class WireExtension(msgspec.Struct):
    """`extension_attributes` of an order."""

    shipping_assignments: list[WireAssignment] | None = None
    applied_taxes: list[WireTax] | None = None
    item_applied_taxes: list[WireItemTaxes] | None = None


class WireOrder(msgspec.Struct):
    """An order, of a list or alone."""

    entity_id: int
    created_at: str
    updated_at: str
    order_currency_code: str
    base_currency_code: str
    items: list[WireItem]
    grand_total: Decimal
    base_grand_total: Decimal
    increment_id: Text = None
    store_id: Id = None
    state: Text = None
    status: Text = None
    customer_email: Text = None
    customer_firstname: Text = None
    customer_lastname: Text = None
    customer_group_id: Id = None
    customer_id: int | str | None = None
    customer_taxvat: Text = None
    customer_note: Text = None
    coupon_code: Text = None
    ext_order_id: Text = None
    ext_customer_id: Text = None
    relation_parent_id: int | str | None = None
    relation_child_id: int | str | None = None
    is_virtual: int | bool | None = None
    subtotal: Amount = None
    base_subtotal: Amount = None
    shipping_description: Text = None
    shipping_amount: Amount = None
    shipping_tax_amount: Amount = None
    shipping_discount_amount: Amount = None
    shipping_discount_tax_compensation_amount: Amount = None
    tax_amount: Amount = None
    base_shipping_amount: Amount = None
    base_shipping_tax_amount: Amount = None
    base_shipping_discount_amount: Amount = None
    base_shipping_discount_tax_compensation_amnt: Amount = None
    base_tax_amount: Amount = None
    total_canceled: Amount = None
    total_refunded: Amount = None
    shipping_canceled: Amount = None
    shipping_refunded: Amount = None
    adjustment_positive: Amount = None
    adjustment_negative: Amount = None
    base_total_canceled: Amount = None
    base_total_refunded: Amount = None
    base_shipping_canceled: Amount = None
    base_shipping_refunded: Amount = None
    base_adjustment_positive: Amount = None
    base_adjustment_negative: Amount = None
    billing_address: WireAddress | None = None
    payment: WirePayment | None = None
    extension_attributes: WireExtension | None = None


class WireHead(msgspec.Struct):
    """What is needed of an order to place it in a list, also when the rest cannot be read."""

    entity_id: int
    updated_at: str = ""
    created_at: str = ""
    increment_id: Text = None
    state: Text = None
    status: Text = None
    store_id: Id = None


class WirePage(msgspec.Struct):
    """A page of a list. Orders stay as they came, so that a malformed one harms only itself.

    An empty page read with `fields=items[...]` has `"items": null` (point 15).
    """

    total_count: int
    items: list[Any] | None = None


class WireComment(msgspec.Struct):
    """One entry of an order's history."""

    comment: Text = None
    status: Text = None
    created_at: Text = None
    is_visible_on_front: int | bool | None = None


class WireNow(msgspec.Struct):
    """An order's present state, read before something is written to it."""

    entity_id: int
    increment_id: Text = None
    state: Text = None
    status: Text = None
    ext_order_id: Text = None
    status_histories: list[WireComment] | None = None


class WireNows(msgspec.Struct):
    """A page of them."""

    items: list[WireNow] | None = None
