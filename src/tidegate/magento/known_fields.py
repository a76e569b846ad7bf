"""The numbers of an order that Magento itself has: any other is an extension's.

Source: `contracts/magento/openapi-2.4.6.json`, definition `sales-data-order-interface`. Adobe Commerce's
own (gift cards, store credit, reward points, gift wrapping) begin with one of `COMMERCE`.
"""

from __future__ import annotations

from functools import lru_cache

NUMBERS = frozenset(
    [
        "adjustment_negative",
        "adjustment_positive",
        "base_adjustment_negative",
        "base_adjustment_positive",
        "base_discount_amount",
        "base_discount_canceled",
        "base_discount_invoiced",
        "base_discount_refunded",
        "base_discount_tax_compensation_amount",
        "base_discount_tax_compensation_invoiced",
        "base_discount_tax_compensation_refunded",
        "base_grand_total",
        "base_shipping_amount",
        "base_shipping_canceled",
        "base_shipping_discount_amount",
        "base_shipping_discount_tax_compensation_amnt",
        "base_shipping_incl_tax",
        "base_shipping_invoiced",
        "base_shipping_refunded",
        "base_shipping_tax_amount",
        "base_shipping_tax_refunded",
        "base_subtotal",
        "base_subtotal_canceled",
        "base_subtotal_incl_tax",
        "base_subtotal_invoiced",
        "base_subtotal_refunded",
        "base_tax_amount",
        "base_tax_canceled",
        "base_tax_invoiced",
        "base_tax_refunded",
        "base_to_global_rate",
        "base_to_order_rate",
        "base_total_canceled",
        "base_total_due",
        "base_total_invoiced",
        "base_total_invoiced_cost",
        "base_total_offline_refunded",
        "base_total_online_refunded",
        "base_total_paid",
        "base_total_qty_ordered",
        "base_total_refunded",
        "billing_address_id",
        "can_ship_partially",
        "can_ship_partially_item",
        "customer_gender",
        "customer_group_id",
        "customer_id",
        "customer_is_guest",
        "customer_note_notify",
        "discount_amount",
        "discount_canceled",
        "discount_invoiced",
        "discount_refunded",
        "discount_tax_compensation_amount",
        "discount_tax_compensation_invoiced",
        "discount_tax_compensation_refunded",
        "edit_increment",
        "email_sent",
        "entity_id",
        "forced_shipment_with_invoice",
        "grand_total",
        "is_virtual",
        "payment_auth_expiration",
        "payment_authorization_amount",
        "quote_address_id",
        "quote_id",
        "shipping_amount",
        "shipping_canceled",
        "shipping_discount_amount",
        "shipping_discount_tax_compensation_amount",
        "shipping_incl_tax",
        "shipping_invoiced",
        "shipping_refunded",
        "shipping_tax_amount",
        "shipping_tax_refunded",
        "store_id",
        "store_to_base_rate",
        "store_to_order_rate",
        "subtotal",
        "subtotal_canceled",
        "subtotal_incl_tax",
        "subtotal_invoiced",
        "subtotal_refunded",
        "tax_amount",
        "tax_canceled",
        "tax_invoiced",
        "tax_refunded",
        "total_canceled",
        "total_due",
        "total_invoiced",
        "total_item_count",
        "total_offline_refunded",
        "total_online_refunded",
        "total_paid",
        "total_qty_ordered",
        "total_refunded",
        "weight",
        "notification_sent",
        "send_notification",
    ]
)
COMMERCE = (
    "customer_balance",
    "customer_bal_",
    "bs_customer_bal",
    "gift_cards",
    "reward_",
    "rwrd_",
    "gw_",
)
#: Endings of names that are no amounts, whatever number they hold.
NO_AMOUNTS = ("_id", "_ids", "_at", "_code", "_count", "_qty")


@lru_cache(maxsize=4096)  # the same names in every order
def is_known(name: str) -> bool:
    """Whether a field is Magento's own, or can be no amount."""
    plain = name.removeprefix("base_")
    return (
        name in NUMBERS
        or plain.startswith(COMMERCE)
        or name == "id"
        or name.startswith("is_")
        or name.endswith(NO_AMOUNTS)
    )
