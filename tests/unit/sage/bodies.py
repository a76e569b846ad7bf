"""An order's body, made with a small company's lists."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tidegate.domain.errors import Failure
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.sage.sage200.payloads import Resolved, order_body
from tidegate.sage.sage200.reference import Coded, Customer, Lists, Nominal, Settings

JANE = Address(
    name="Jane Buyer",
    street=("1 High Street",),
    city="Leeds",
    postcode="LS1 1AA",
    country="GB",
    telephone="0113 496 0000",
    email="jane@example.com",
)


def resolved(**settings: Any) -> Resolved:
    lists = Lists(
        settings=Settings(**settings),
        taxes={"1": Coded(1729, "1", "Standard", Decimal(20)), "0": Coded(1728, "0", "Zero", Decimal(0))},
        warehouses={"HOME": Coded(1, "HOME", ""), "SHOP": Coded(2, "SHOP", "")},
        charges={"CARRIAGE": Coded(5, "CARRIAGE", "Delivery")},
        countries={"GB": Coded(13, "GB", "Great Britain")},
        currencies={2103: "GBP"},
    )
    return Resolved(
        customer=Customer(27825, "WEB001", "Web", False, 2103, ""),
        lists=lists,
        products={"HUB-0001": Coded(3001, "HUB-0001", "Hub")},
        nominals={"4000/ABC": Nominal("4000", "ABC", "", "Sales")},
        warehouse=lists.warehouses["HOME"],
    )


def body(given_order: SalesOrder, **settings: Any) -> dict[str, Any]:
    made = order_body(given_order, resolved(**settings), key_field="spare_text_1", created_by="MAGENTO")
    assert not isinstance(made, Failure), made
    return made


def refused(given_order: SalesOrder, key_field: str = "spare_text_1") -> Failure:
    made = order_body(given_order, resolved(), key_field=key_field, created_by="MAGENTO")
    assert isinstance(made, Failure)
    return made
