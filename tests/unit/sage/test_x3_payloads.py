"""An order as X3's screen takes it: what stands where, and what is refused before anything is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.sage.x3.objects import Screen
from tidegate.sage.x3.payloads import Resolved, element_of, order_payload
from tidegate.sage.x3.reference import Customer
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.writing import KEY, writing

COMPANY = X3Settings(
    sales_site="FR011",
    tax_levels={"NOR": "20", "EXO": "0"},
    elements={"FREIGHT:NOR": "1", "FREIGHT": "3", "758000": "7"},
    reference_field="YMAGKEY",
    line_field="YMAGLIN",
)
SCREEN = Screen(
    {"SALFCY": "SOH0_1", "CUSORDREF": "SOH0_1", "YMAGKEY": "SOH0_1", "SOHTEX": "SOH9_1", "BPDNAM": "SOH2_3"},
    {"ITMREF": "SOH4_1", "INVDTA": "SOH3_4"},
    {"SOH4_1": 2},
)
KNOWN = Resolved(Customer("WEB001", "EUR"), SCREEN)
JANE = Address(
    name="Jane Buyer",
    street=("1 High Street",),
    city="Lyon",
    postcode="69001",
    country="FR",
    telephone="04 72 00 00 00",
)
GOODS = SalesLine(
    kind=LineKind.GOODS,
    code="ABC-1",
    quantity=Decimal(2),
    unit_price=Decimal("20.00"),
    unit_discount=Decimal("0.05"),
    tax_code="NOR",
    item_id=551,
)
FREIGHT = SalesLine(kind=LineKind.CHARGE, code="FREIGHT", unit_price=Decimal("5.00"), tax_code="NOR")
ROUNDING = SalesLine(kind=LineKind.FREE_TEXT, account="758000", unit_price=Decimal("-0.01"), tax_code="EXO")


def order(**changes: Any) -> SalesOrder:
    values: dict[str, Any] = {
        "key": "TG0123456789ABCDEFGH",
        "reference": "000000123",
        "account": "WEB001",
        "date": date(2026, 3, 2),
        "currency": "EUR",
        "lines": (GOODS, FREIGHT, ROUNDING),
        "delivery": JANE,
        "note": "Leave with neighbour",
        "po_number": "PO 7",
        "net": Decimal("44.89"),
        "tax": Decimal("8.98"),
        "gross": Decimal("53.87"),
    }
    return SalesOrder(**{**values, **changes})


def content(made: dict[str, Any] | Failure) -> dict[str, Any]:
    assert not isinstance(made, Failure), made
    found: dict[str, Any] = json.loads(made["content"])
    return found


def test_every_field_stands_in_its_group_and_empty_ones_nowhere() -> None:
    made = content(order_payload(order(), KNOWN, COMPANY))

    assert made["SOH0_1"] == {"SALFCY": "FR011", "CUSORDREF": "TG0123456789ABCDEFGH", "YMAGKEY": "000000123"}
    assert made["SOH4_1"] == [
        {
            "ITMREF": "ABC-1",
            "SAU": "UN",
            "QTY": "2",
            "GROPRI": "19.95",
            "VACITM": "NOR",
            "DSTOFCY": "FR011",
            "YMAGLIN": "item:551",
        }
    ]
    assert made["SOH3_4"] == [{"INVDTA": "1", "INVDTAAMT": "5"}, {"INVDTA": "7", "INVDTAAMT": "-0.01"}]
    assert "SOHNUM" not in made, "the next number is X3's own"
    assert made["ORDDAT"] == "20260302", "fields without a group are accepted, too"
    assert "BPDSAT" not in made
    assert made["SOH9_1"]["SOHTEX"].startswith(
        "Web order 000000123 / Purchase order PO 7 / Leave with neighbour"
    )
    assert "04 72 00 00 00" in made["SOH9_1"]["SOHTEX"]


@pytest.mark.parametrize(("level", "element"), [("NOR", "1"), ("EXO", "3")])
def test_an_invoicing_element_is_chosen_by_its_tax_level_first(level: str, element: str) -> None:
    assert element_of(msgspec.structs.replace(FREIGHT, tax_code=level), COMPANY) == element


def test_a_number_of_ours_has_its_prefix_and_counts_in_the_length() -> None:
    company = msgspec.structs.replace(COMPANY, own_order_number=True, order_prefix="FR")
    assert content(order_payload(order(), KNOWN, company))["SOHNUM"] == "FR000000123"
    assert writing(company).reference_length == 18


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": "T" * (KEY + 1)}, Code.TOO_LONG),
        ({"lines": (FREIGHT,), "gross": Decimal("6.00")}, Code.TOO_LONG),
        ({"lines": (GOODS, GOODS, GOODS), "gross": Decimal("143.64")}, Code.TOO_LONG),
        ({"gross": Decimal("53.88")}, Code.TOTALS_DIFFER),
    ],
    ids=["a key that is too long", "no product", "more lines than the screen has", "another total"],
)
def test_what_x3_would_not_take_as_it_is_does_not_leave(changes: dict[str, Any], code: Code) -> None:
    failure = order_payload(order(**changes), KNOWN, COMPANY)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.sent) == (code, False)


def test_what_does_not_fit_needs_a_text_of_the_screen() -> None:
    bare = replace(SCREEN, fields={name: id for name, id in SCREEN.fields.items() if name != "SOHTEX"})
    long = msgspec.structs.replace(JANE, name="J" * 40, telephone="")
    failure = order_payload(order(delivery=long), Resolved(KNOWN.customer, bare), COMPANY)
    assert isinstance(failure, Failure)
    assert "J" * 40 in failure.text
    assert "J" * 40 in content(order_payload(order(delivery=long), KNOWN, COMPANY))["SOH9_1"]["SOHTEX"]


def test_keys_have_twenty_capital_letters_and_digits() -> None:
    key = writing(COMPANY).make_key("main", 213, 0)
    assert len(key) == KEY
    assert key.startswith("TG")
    assert key.isalnum()
    assert key.upper() == key
    assert key != writing(COMPANY).make_key("main", 213, 1)
