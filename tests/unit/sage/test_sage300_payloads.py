"""The body of an order of Sage 300: its bytes, since the sequence of properties changes what Sage makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.sage.sage300.client import _encoder
from tidegate.sage.sage300.payloads import Resolved, day_text, order_payload
from tidegate.sage.sage300.reference import Customer, Item
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.writing import RECEIPT, is_receipt_key, receipt_key

COMPANY = Sage300Settings(
    location="1",
    tax_group="WEBTAX",
    amounts={"7900": "ROUND"},
    order_option="MAGEORDER",
    line_option="MAGELINE",
)
KNOWN = Resolved(
    Customer("1200", "Ronald Black", "USD"),
    {"A1-105/0": Item("A1-105/0", stocked=True)},
    {"1": Decimal(20), "3": Decimal(0)},
)
JANE = Address(
    name="Jane Buyer",
    street=("1 High Street",),
    city="Seattle",
    region="WA",
    postcode="98101",
    country="US",
    email="jane@example.com",
)


def order(**changes: Any) -> SalesOrder:
    values: dict[str, Any] = {
        "key": "magento:main:123",
        "reference": "000000123",
        "account": "1200",
        "date": date(2026, 3, 2),
        "currency": "USD",
        "lines": (
            SalesLine(
                kind=LineKind.GOODS,
                code="A1-105/0",
                quantity=Decimal(8),
                unit_price=Decimal("6.00"),
                unit_discount=Decimal("0.06"),
                tax_code="1",
                item_id=551,
            ),
            SalesLine(
                kind=LineKind.CHARGE,
                code="FREIGHT",
                description="UPS",
                unit_price=Decimal("20.25"),
                tax_code="1",
            ),
            SalesLine(
                kind=LineKind.FREE_TEXT,
                description="Rounding",
                unit_price=Decimal("-0.01"),
                tax_code="3",
                account="7900",
            ),
        ),
        "delivery": JANE,
        "note": "Leave with neighbour",
        "net": Decimal("67.76"),
        "tax": Decimal("13.55"),
        "gross": Decimal("81.31"),
        **changes,
    }
    return SalesOrder(**values)


BYTES = (
    '{"CustomerNumber":"1200","PurchaseOrderNumber":"000000123","OrderReference":"magento:main:123",'
    '"OrderDescription":"Web order 000000123","OrderType":"Active","OrderDate":"2026-03-02T12:00:00Z",'
    '"DefaultLocationCode":"1","TaxGroup":"WEBTAX","ShipToName":"Jane Buyer",'
    '"ShipToAddressLine1":"1 High Street","ShipToCity":"Seattle","ShipToState":"WA","ShipToZipCode":"98101",'
    '"ShipToCountry":"US","ShipToEmail":"jane@example.com","OrderComment":"Leave with neighbour",'
    '"RecalculateTax":true,"OrderDetails":['
    '{"LineType":"Item","Item":"A1-105/0","Location":"1","QuantityOrdered":8,"OrderUnitOfMeasure":"EA",'
    '"PriceOverride":true,"PricingUnitPrice":5.94000,"TaxClass1":1,'
    '"OrderDetailOptionalFields":[{"OptionalField":"MAGELINE","Value":"item:551"}]},'
    '{"LineType":"Miscellaneous","MiscellaneousChargesCode":"FREIGHT","ExtendedAmount":20.25,"TaxClass1":1,'
    '"Description":"UPS"},'
    '{"LineType":"Miscellaneous","MiscellaneousChargesCode":"ROUND","ExtendedAmount":-0.01,"TaxClass1":3,'
    '"Description":"Rounding"}],'
    '"OrderOptionalFields":[{"OptionalField":"MAGEORDER","Value":"magento:main:123"}]}'
)


def test_the_bytes_of_an_order() -> None:
    made = order_payload(order(), KNOWN, COMPANY)

    assert not isinstance(made, Failure), made
    assert _encoder.encode(made).decode() == BYTES


def test_an_order_never_asks_sage_to_ship_or_invoice() -> None:
    made = order_payload(order(), KNOWN, COMPANY)

    assert not isinstance(made, Failure)
    text = msgspec.json.encode(made).decode()
    assert "QuantityShipped" not in text
    assert "InvoiceWillBeProduced" not in text
    assert "PostInvoice" not in text


@pytest.mark.parametrize("name", ["reference", "key"])
def test_what_identifies_an_order_is_never_cut(name: str) -> None:
    made = order_payload(order(**{name: "9" * 61}), KNOWN, COMPANY)

    assert isinstance(made, Failure)
    assert made.code is Code.TOO_LONG


def test_what_does_not_fit_into_an_address_is_said_in_comments() -> None:
    long = msgspec.structs.replace(JANE, street=("Very long lane " * 20,), city="Seattle " * 6)
    made = order_payload(order(delivery=long), KNOWN, COMPANY)

    assert not isinstance(made, Failure)
    said = " ".join(one["CommentsInstructions"] for one in made["OrderCommentsInstructions"])
    assert "ShipTo address: " in said
    assert "ShipTo city: Seattle Seattle Seattle Seattle Seattle Seattle" in said
    assert len(made["ShipToCity"]) <= 30
    assert all(len(made[f"ShipToAddressLine{at}"]) <= 60 for at in range(1, 5))


def test_an_order_that_would_come_to_another_total_does_not_leave() -> None:
    made = order_payload(order(gross=Decimal("81.32")), KNOWN, COMPANY)

    assert isinstance(made, Failure)
    assert made.code is Code.TOTALS_DIFFER


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("noon_z", "2026-03-02T12:00:00Z"),
        ("date", "2026-03-02"),
        ("local_midnight", "2026-03-02T05:00:00Z"),
    ],
)
def test_dates(form: Any, text: str) -> None:
    company = msgspec.structs.replace(COMPANY, date_form=form, time_zone="America/Detroit")

    assert day_text(date(2026, 3, 2), company) == text


@pytest.mark.parametrize(
    ("reference", "number"),
    [("000000123", "WEB000000123"), ("US-17", "WEBUS-17"), ("O'BRIEN", None), ("äö", None), ("a1", None)],
)
def test_a_number_of_ours_is_given_where_sage_keeps_it_as_it_is(reference: str, number: str | None) -> None:
    company = msgspec.structs.replace(COMPANY, own_order_number=True)
    made = order_payload(order(reference=reference), KNOWN, company)

    assert not isinstance(made, Failure)
    assert made.get("OrderNumber") == number


def test_keys_of_receipts_fit_and_stay_apart() -> None:
    whole, long = receipt_key("main", 213), receipt_key("a-store-with-a-name", 123456)

    assert whole == "magento:main:213/deposit"
    assert len(long) == RECEIPT
    assert is_receipt_key(whole)
    assert is_receipt_key(long)
    assert long != receipt_key("a-store-with-a-name", 123457)
    assert receipt_key("main", 213, 1) not in (whole, receipt_key("main", 213, 2))


def test_the_customer_s_own_location_of_a_line_counts() -> None:
    lines = tuple(
        msgspec.structs.replace(line, warehouse="2") if line.kind is LineKind.GOODS else line
        for line in order().lines
    )
    made = order_payload(order(lines=lines), replace(KNOWN), COMPANY)

    assert not isinstance(made, Failure)
    assert made["OrderDetails"][0]["Location"] == "2"
