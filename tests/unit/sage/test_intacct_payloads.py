"""What an order becomes: contacts, lines and subtotals, in the contract's sequence and to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.sage.fitting_texts import street_lines
from tidegate.sage.intacct.contacts import contact_of
from tidegate.sage.intacct.elements import element
from tidegate.sage.intacct.lengths import Codes
from tidegate.sage.intacct.payloads import CONTACTS, ORDER, Resolved, order_payload
from tidegate.sage.intacct.reference import Customer, Item
from tidegate.sage.intacct.settings import IntacctSettings

COMPANY = IntacctSettings(location="100", multi_currency=True, amounts={"7900": "Rounding"}, currency="USD")
KNOWN = Resolved(
    Customer("WEB", "Web sales", "USD"),
    {"HUB-0001": Item("HUB-0001", "Inventory", True), "INSTALL": Item("INSTALL", "Non-Inventory", True)},
    "WH1",
)
LINES = (
    SalesLine(
        kind=LineKind.GOODS,
        code="HUB-0001",
        quantity=Decimal(3),
        unit_price=Decimal("19.90"),
        unit_discount=Decimal("0.90"),
        tax_code="Sales Tax",
        tax=Decimal("4.70"),
        item_id=551,
    ),
    SalesLine(kind=LineKind.GOODS, code="INSTALL", unit_price=Decimal(40), item_id=552),
    SalesLine(
        kind=LineKind.CHARGE,
        code="Shipping",
        unit_price=Decimal("7.50"),
        tax_code="Sales Tax",
        tax=Decimal("0.67"),
    ),
    SalesLine(kind=LineKind.FREE_TEXT, account="7900", unit_price=Decimal("-0.01"), description="Rounding"),
)
ORDER_IN = SalesOrder(
    key="magento:main:213",
    reference="000000213",
    account="WEB",
    date=date(2026, 3, 2),
    currency="USD",
    lines=LINES,
    net=Decimal("104.49"),
    tax=Decimal("5.37"),
    gross=Decimal("109.86"),
    note="Leave with neighbour",
    memos=("gift card 12",),
)


def made(order: SalesOrder = ORDER_IN, company: IntacctSettings = COMPANY) -> dict[str, Any]:
    payload = order_payload(order, KNOWN, company)
    assert not isinstance(payload, Failure), payload
    return payload


def test_goods_are_lines_and_everything_else_is_a_subtotal() -> None:
    document = made()[ORDER]
    first, second = document["sotransitems"]["sotransitem"]
    subtotals = {one["description"]: one["total"] for one in document["subtotals"]["subtotal"]}

    assert (first["price"], first["quantity"], first["warehouseid"]) == (Decimal("19.00"), 3, "WH1")
    assert second["warehouseid"] is None, "what is not stocked lies in no warehouse"
    assert subtotals == {
        "Sales Tax": Decimal("5.37"),
        "Shipping": Decimal("7.50"),
        "Rounding": Decimal("-0.01"),
    }
    assert first["memo"] == "gift card 12"
    assert document["message"] == "Leave with neighbour\nRounding"


def test_children_stand_in_the_contracts_sequence() -> None:
    order = msgspec.structs.replace(
        ORDER_IN, delivery=Address(name="Ada Byron", city="Detroit"), po_number="PO 1"
    )
    tags = [child.tag for child in element(ORDER, made(order)[ORDER])]

    assert tags == [
        "transactiontype",
        "datecreated",
        "customerid",
        "referenceno",
        "datedue",
        "message",
        "shipto",
        "currency",
        "exchratetype",
        "customfields",
        "state",
        "customerponumber",
        "sotransitems",
        "subtotals",
    ]


def test_a_company_with_one_currency_is_sent_none() -> None:
    document = made(company=msgspec.structs.replace(COMPANY, multi_currency=False, term="Net 30"))[ORDER]

    assert (document["currency"], document["exchratetype"], document["datedue"]) == (None, None, None)
    assert document["termname"] == "Net 30"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"gross": Decimal("109.87")}, Code.TOTALS_DIFFER),
        ({"key": "k" * 101}, Code.TOO_LONG),
        ({"reference": "9" * 46}, Code.TOO_LONG),
        ({"lines": LINES[2:]}, Code.TOO_LONG),
    ],
)
def test_what_cannot_be_sent_is_said_before(changes: dict[str, Any], code: Code) -> None:
    failure = order_payload(msgspec.structs.replace(ORDER_IN, **changes), KNOWN, COMPANY)

    assert isinstance(failure, Failure)
    assert (failure.code, failure.sent) == (code, False)


def test_one_contact_for_an_address_that_is_both() -> None:
    home = Address(name="Ada Byron", street=("1 Main Street",), city="Detroit", country="us")
    payload = made(msgspec.structs.replace(ORDER_IN, delivery=home, invoice=home))

    [contact] = payload[CONTACTS]
    assert contact["CONTACTNAME"].startswith("Byron, Ada (WEB) ")
    assert contact["MAILADDRESS"]["ISOCOUNTRYCODE"] == "US"
    assert payload[ORDER]["shipto"] == payload[ORDER]["billto"]


def test_another_address_is_another_contact_even_behind_what_fits() -> None:
    long = "x" * 300
    names = {
        contact_of(Address(name="Ada Byron", street=(street,)), "WEB", Codes())["CONTACTNAME"]
        for street in ("1 Main Street", "2 Main Street", f"{long}1", f"{long}2")
    }

    assert len(names) == 4


def test_a_long_street_stands_in_full_on_the_orders_memo() -> None:
    street = ("c/o " + "Warehouse " * 30, "Gate 7", "Dock 12", "Ring twice")
    order = msgspec.structs.replace(ORDER_IN, delivery=Address(name="Ada Byron", street=street))
    payload = made(order)

    memo = payload[ORDER]["sotransitems"]["sotransitem"][0]["memo"]
    assert "Ring twice" in memo
    assert all(len(line) <= 80 for line in payload[CONTACTS][0]["MAILADDRESS"].values())


@pytest.mark.parametrize(
    ("street", "lines", "rest"),
    [
        (("1 Main", "", "Flat 2"), ["1 Main", "Flat 2"], ""),
        (("a", "b", "c", "d"), ["a, b, c, d"], ""),
        (("x" * 25,), ["x" * 10, "x" * 10, "x" * 5], ""),
        (("x" * 35,), ["x" * 10] * 3, "x" * 5),
        ((), [], ""),
    ],
)
def test_a_street_in_three_lines(street: tuple[str, ...], lines: list[str], rest: str) -> None:
    assert street_lines(street, 10, 3) == (lines, rest)
