"""Orders for tests: compact builders, and the orders that were recorded from a real Magento.

Figures: `contracts/magento/exchanges/orders-get-*.json`, read by the contract's points 2 and 4: a
line's net is `row_total + discount_tax_compensation_amount`, its discount without tax is
`discount_amount - discount_tax_compensation_amount`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tidegate.domain.orders.order import Address, Customer, LineAmounts, Order, OrderLine, Totals

D = Decimal

DETROIT = Address(
    name="Gus Guest",
    company="Acme Tools LLC",
    street=("100 Main St", "Suite 4"),
    city="Detroit",
    region="Michigan",
    postcode="48201",
    country="US",
    telephone="313-555-0100",
    email="gus@example.com",
)
LONDON = Address(
    name="Bea Tobee",
    company="Tobee Ltd",
    street=("1 High Street",),
    city="London",
    postcode="EC1A 1BB",
    country="GB",
    telephone="020 7946 0000",
    email="bea@example.com",
    vat_id="GB123456789",
)


def amounts(net: str, tax: str = "0", discount: str = "0") -> LineAmounts:
    return LineAmounts(D(net), D(tax), D(discount))


def line(
    item_id: int,
    sku: str,
    quantity: str,
    net: str,
    tax: str = "0",
    discount: str = "0",
    *,
    rate: str = "0",
    names: tuple[str, ...] = (),
    base: LineAmounts | None = None,
    **more: Any,
) -> OrderLine:
    money = amounts(net, tax, discount)
    return OrderLine(
        item_id=item_id,
        sku=sku,
        name=more.pop("name", f"Product {sku}"),
        quantity=D(quantity),
        amounts=money,
        base=base or money,
        tax_rate=D(rate),
        tax_names=names,
        **more,
    )


def totals(
    lines: Sequence[LineAmounts],
    *,
    freight: str = "0",
    freight_tax: str = "0",
    grand_total: str | None = None,
    tax: str | None = None,
    freight_discount: str = "0",
) -> Totals:
    goods = sum((each.net for each in lines), D(0))
    taxed = D(tax) if tax is not None else sum((each.tax for each in lines), D(freight_tax))
    whole = D(grand_total) if grand_total is not None else goods + D(freight) + taxed
    return Totals(
        goods=goods,
        shipping=D(freight),
        shipping_tax=D(freight_tax),
        shipping_discount=D(freight_discount),
        tax=taxed,
        grand_total=whole,
    )


def order(
    *lines: OrderLine,
    freight: str = "0",
    freight_tax: str = "0",
    grand_total: str | None = None,
    base: Totals | None = None,
    **more: Any,
) -> Order:
    """An order in one currency (base = order) unless `base` and `base_currency` say otherwise."""
    figures = totals(
        [each.amounts for each in lines], freight=freight, freight_tax=freight_tax, grand_total=grand_total
    )
    fields: dict[str, Any] = {
        "store": "main",
        "entity_id": 213,
        "increment_id": "000000213",
        "store_view_id": 1,
        "website": "base",
        "state": "new",
        "status": "pending",
        "created_at": datetime(2026, 11, 21, 2, 32, 20, tzinfo=UTC),
        "updated_at": datetime(2026, 11, 21, 2, 32, 23, tzinfo=UTC),
        "currency": "GBP",
        "base_currency": "GBP",
        "customer": Customer(email="gus@example.com", name="Gus Guest", group_id=0),
        "billing": DETROIT,
        "shipping": DETROIT,
        "shipping_method": "flatrate_flatrate",
        "shipping_description": "Flat Rate - Fixed",
        "shipping_tax_rate": D(0),
        "payment_method": "checkmo",
        "lines": lines,
        "totals": figures,
        "base_totals": base or figures,
    }
    return Order(**(fields | more))


_MI = {"rate": "6", "names": ("US-MI-6",)}
_US: dict[str, Any] = {
    "currency": "USD",
    "base_currency": "USD",
    "shipping_tax_rate": D(6),
    "shipping_tax_names": ("US-MI-6",),
}
_GB = {"rate": "20", "names": ("GB-VAT-20",)}
_UK: dict[str, Any] = {
    "website": "b2b",
    "base_currency": "GBP",
    "billing": LONDON,
    "shipping": LONDON,
    "shipping_tax_rate": D(20),
    "shipping_tax_names": ("GB-VAT-20",),
    "payment_method": "purchaseorder",
}

GUEST_TAX = order(
    line(1, "HUB-0001", "2", "20.74", "1.24", **_MI),
    line(2, "HUB-0002", "1", "10.74", "0.65", **_MI),
    entity_id=1,
    increment_id="000000001",
    freight="15",
    freight_tax="0.90",
    grand_total="49.27",
    **_US,
)
CUST_PO_COUPON = order(
    line(3, "HUB-0003", "3", "30.00", "1.80", "3.33", **_MI),
    line(4, "HUB-0004", "1", "10.33", "0.62", "1.15", **_MI),
    line(5, "HUB-0005", "7", "74.65", "4.48", "8.30", **_MI),
    entity_id=2,
    increment_id="000000002",
    freight="55",
    freight_tax="3.30",
    grand_total="180.18",
    customer=Customer(
        email="wanda@example.com", name="Wanda Holesale", id=1, group_id=2, vat_number="US-99-1234567"
    ),
    payment_method="purchaseorder",
    po_number="PO-2024-0815",
    coupon="TEN",
    **_US,
)
CONF = order(
    line(6, "SHIRT-RED", "2", "50", "3.00", **_MI),
    line(8, "SHIRT-BLUE", "1", "25", "1.50", **_MI),
    line(10, "HUB-0006", "1", "12.22", "0.73", **_MI),
    entity_id=3,
    increment_id="000000003",
    freight="20",
    freight_tax="1.20",
    grand_total="113.65",
    **_US,
)
_KIT: dict[str, Any] = {
    "bundle_item_id": 11,
    "bundle_sku": "KIT-1",
    "bundle_name": "Kit 1",
    "bundle_quantity": D(2),
}
BUNDLE = order(
    line(12, "HUB-0010", "2", "27.40", "1.64", **_MI, **_KIT),
    line(13, "HUB-0020", "4", "69.60", "4.18", **_MI, **_KIT),
    line(14, "HUB-0007", "1", "12.59", "0.76", **_MI),
    entity_id=4,
    increment_id="000000004",
    freight="35",
    freight_tax="2.10",
    grand_total="153.27",
    **_US,
)
_EUR_LINES = (
    line(535, "HUB-0001", "3", "21.96", "4.39", "1.99", base=amounts("18.77", "3.75", "1.70"), **_GB),
    line(536, "HUB-0008", "2", "23.16", "4.63", "2.11", base=amounts("19.80", "3.96", "1.80"), **_GB),
)
EUR_TAX_INCLUSIVE = order(
    *_EUR_LINES,
    entity_id=214,
    increment_id="3000000002",
    store_view_id=3,
    currency="EUR",
    freight="24.37",
    freight_tax="4.88",
    grand_total="83.39",
    base=totals(
        [each.base for each in _EUR_LINES],
        freight="20.83",
        freight_tax="4.17",
        freight_discount="0.01",
        grand_total="71.28",
    ),
    customer=Customer(email="bea@example.com", name="Bea Tobee", id=2, group_id=5, vat_number="GB123456789"),
    po_number="EU-PO-5",
    coupon="TEN",
    **_UK,
)
GBP_TAX_INCLUSIVE = order(
    line(537, "HUB-0001", "1", "6.82", "1.37", **_GB),
    line(538, "HUB-0009", "4", "44.44", "8.88", **_GB),
    entity_id=215,
    increment_id="2000000039",
    store_view_id=2,
    currency="GBP",
    freight="20.83",
    freight_tax="4.17",
    grand_total="86.51",
    customer=Customer(email="ben@example.com", name="Ben Gbp", id=3, group_id=1),
    po_number="BEN-78",
    **_UK,
)
NOTAX = order(
    line(19, "HUB-0011", "1", "14.07"),
    entity_id=7,
    increment_id="000000005",
    freight="5",
    grand_total="19.07",
    currency="USD",
    base_currency="USD",
    customer=Customer(email="cal@example.com", name="Cal Guest", group_id=0),
    payment_method="purchaseorder",
    po_number="CA-1",
)

#: Magento rounded the tax on the whole (2.752), Sage rounds each line (1.376): a cent too much.
TAX_ON_THE_TOTAL = order(
    line(1, "A", "1", "6.88", "1.38", **_GB),
    line(2, "B", "1", "6.88", "1.37", **_GB),
    grand_total="16.51",
)

RECORDED: dict[str, Order] = {
    "guest-tax": GUEST_TAX,
    "cust-po-coupon": CUST_PO_COUPON,
    "conf": CONF,
    "bundle": BUNDLE,
    "eur-tax-inclusive": EUR_TAX_INCLUSIVE,
    "gbp-tax-inclusive": GBP_TAX_INCLUSIVE,
    "notax": NOTAX,
}
