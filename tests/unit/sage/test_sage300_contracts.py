"""Contract prices of Sage 300, worked out from what the lists state."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tidegate.sage.sage300.contracts import Basis, customer_prices

BASIS = {
    ("HUB0001", "BASE"): Basis(Decimal("10.00"), Decimal("6.00"), "GOODS"),
    ("HUB0002", "BASE"): Basis(Decimal("20.00"), None, "GOODS"),
    ("HUB0001", "WHS"): Basis(Decimal("9.00"), Decimal("6.00"), "GOODS"),
    ("WORK", "BASE"): Basis(Decimal("40.00"), None, "SERV"),
}
CODES = {"HUB0001": "HUB-0001", "HUB0002": "HUB-0002", "WORK": "WORK"}


def contract(**values: str) -> dict[str, str]:
    row = {
        "CUSTNO": "1200",
        "PRICEBY": "2",
        "CATEGORY": "",
        "ITEMNO": "HUB0001",
        "PRICELIST": "BASE",
        "PRICETYPE": "6",
        "STARTDATE": "0",
        "EXPIRE": "0",
        "USELOWEST": "0",
    }
    return {**row, **values}


@pytest.mark.parametrize(
    ("values", "price"),
    [
        ({"PRICETYPE": "6", "FIXPRICE": "7.25"}, "7.25"),
        ({"PRICETYPE": "2", "DISCPER": "12.5"}, "8.75"),
        ({"PRICETYPE": "3", "DISCAMT": "1.5"}, "8.50"),
        ({"PRICETYPE": "4", "PLUSPER": "25"}, "7.50"),
        ({"PRICETYPE": "5", "PLUSAMT": "2"}, "8.00"),
        ({"PRICETYPE": "6", "FIXPRICE": "12", "USELOWEST": "1"}, "10.00"),
        ({"PRICETYPE": "6", "FIXPRICE": "8", "PRICELIST": "WHS"}, "8"),
    ],
)
def test_every_kind_that_can_be_worked_out(values: dict[str, str], price: str) -> None:
    [made], bad = customer_prices([contract(**values)], BASIS, CODES, "USD")

    assert (made.account, made.sku, made.price, made.currency) == ("1200", "HUB-0001", Decimal(price), "USD")
    assert bad == []


def test_a_contract_for_a_category_is_for_all_its_items() -> None:
    made, _ = customer_prices(
        [contract(PRICEBY="1", CATEGORY="GOODS", ITEMNO="", PRICETYPE="2", DISCPER="10")], BASIS, CODES, "USD"
    )

    assert {one.sku: one.price for one in made} == {"HUB-0001": 9, "HUB-0002": 18}


def test_days_of_a_contract() -> None:
    [made], _ = customer_prices(
        [contract(FIXPRICE="7", STARTDATE="20260301", EXPIRE="20260331")], BASIS, CODES, "USD"
    )

    assert (made.valid_from, made.valid_to) == (date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    "values",
    [
        {"PRICETYPE": "1"},
        {"PRICETYPE": "9"},
        {"PRICETYPE": "4", "PLUSPER": "10", "ITEMNO": "HUB0002"},
        {"PRICETYPE": "6", "FIXPRICE": "much"},
        {"PRICETYPE": "6", "FIXPRICE": "7", "EXPIRE": "20269999"},
    ],
)
def test_what_cannot_be_worked_out_is_named_and_harms_nobody_else(values: dict[str, str]) -> None:
    made, [bad] = customer_prices([contract(**values), contract(FIXPRICE="5")], BASIS, CODES, "USD")

    assert [one.price for one in made] == [5]
    assert bad.name.startswith("contract of 1200 for HUB000")
