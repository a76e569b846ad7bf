"""What websites shall hold of a price book: the page's tables, and properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.domain.money import product, quotient, rounded
from tidegate.domain.prices.cart_price import cart_price
from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceList
from tidegate.domain.prices.prices import (
    ALL_GROUPS,
    PriceKey,
    PriceRules,
    PriceSetting,
    Shelf,
    breaks_of,
    merged,
    price_at,
    wanted_prices,
    written,
)

DAY = date(2026, 12, 10)
RETAIL = PriceList("RETAIL", currency="GBP", standard=True)
TRADE = PriceList("TRADE", currency="GBP")
SALE = PriceList("SALE", currency="GBP", valid_from=date(2026, 12, 1), valid_to=date(2026, 12, 31))
RULES = PriceRules(special="SALE", groups={"Wholesale": "TRADE"})
SETTING = PriceSetting(
    lists={each.code: each for each in (RETAIL, TRADE, SALE)},
    shelves=(Shelf("b2b", "GBP"),),
    rules=RULES,
    day=DAY,
)
BOOK = [
    ListPrice("RETAIL", "A", Decimal("10.00")),
    ListPrice("RETAIL", "A", Decimal("9.50"), Decimal(12)),
    ListPrice("TRADE", "A", Decimal("8.00")),
    ListPrice("TRADE", "A", Decimal("7.25"), Decimal(10)),
    ListPrice("SALE", "A", Decimal("8.88")),
]
TIER = PriceKey("tier", "A", "b2b", "Wholesale")


def held(setting: PriceSetting = SETTING, book: list[ListPrice] = BOOK) -> dict[tuple[str, str], str]:
    """What is wanted of A, by kind and group."""
    return {
        (key.kind, key.group): value for key, value in wanted_prices("A", book, [], setting).values.items()
    }


def test_the_worked_table() -> None:
    assert held() == {
        ("base", ""): "10",
        ("tier", ALL_GROUPS): "12=9.5",
        ("tier", "Wholesale"): "1=8;10=7.25",
        ("special", ""): "8.88;2026-12-01 00:00:00;2026-12-31 23:59:59",
    }


@pytest.mark.parametrize(
    ("listed", "agreed", "together"),
    [
        ({1: "8", 10: "7.25", 100: "6.80"}, {10: "7"}, "1=8;10=7;100=7"),
        ({1: "8"}, {1: "7.5"}, "1=7.5"),
        ({}, {5: "9"}, "5=9"),
    ],
)
def test_the_contracts_of_the_page(listed: dict[int, str], agreed: dict[int, str], together: str) -> None:
    def breaks(rows: dict[int, str]) -> dict[Decimal, Decimal]:
        return {Decimal(quantity): Decimal(price) for quantity, price in rows.items()}

    assert written(merged(breaks(listed), breaks(agreed))) == together


def test_a_list_in_another_currency_is_left_out_with_the_reason() -> None:
    dollars = replace(SETTING, lists={**SETTING.lists, "TRADE": replace(TRADE, currency="USD")})
    found = wanted_prices("A", BOOK, [], dollars)
    assert TIER not in found.values
    assert "USD" in found.left_out[TIER]


def test_a_price_per_box_is_left_out_with_the_reason() -> None:
    book = [each if each.list_code != "TRADE" else replace(each, unit="BOX") for each in BOOK]
    found = wanted_prices("A", book, [], SETTING)
    assert TIER not in found.values
    assert "BOX" in found.left_out[TIER]


def test_a_product_whose_price_nobody_has_set_is_not_given_away() -> None:
    book = [replace(each, price=Decimal(0)) if each.list_code == "RETAIL" else each for each in BOOK]
    found = wanted_prices("A", book, [], SETTING)
    base = PriceKey("base", "A", "b2b")
    assert base not in found.values
    assert "zero" in found.left_out[base]
    assert TIER in found.values


@pytest.mark.parametrize(
    ("first", "last", "counts"),
    [
        (None, None, True),
        (DAY, DAY, True),
        (DAY + timedelta(days=1), None, False),
        (None, DAY - timedelta(days=1), False),
    ],
)
def test_a_list_counts_on_its_days(first: date | None, last: date | None, counts: bool) -> None:
    timed = replace(
        SETTING, lists={**SETTING.lists, "TRADE": replace(TRADE, valid_from=first, valid_to=last)}
    )
    assert (("tier", "Wholesale") in held(timed)) is counts


def test_an_inactive_list_vanishes() -> None:
    off = replace(SETTING, lists={**SETTING.lists, "TRADE": replace(TRADE, active=False)})
    assert ("tier", "Wholesale") not in held(off)


def test_an_offer_is_written_before_its_first_day_and_not_after_its_last() -> None:
    assert ("special", "") in held(replace(SETTING, day=date(2026, 11, 1)))
    assert ("special", "") not in held(replace(SETTING, day=date(2027, 1, 1)))


@pytest.mark.parametrize(
    ("list_has_tax", "website_has_tax", "rate", "price", "four", "two"),
    [
        (False, False, "20", "8.3250", "8.325", "8.33"),
        (False, True, "20", "8.3250", "9.99", "9.99"),
        (True, False, "20", "9.99", "8.325", "8.33"),
        (True, False, "20", "10.00", "8.3333", "8.33"),
        (True, True, "20", "9.99", "9.99", "9.99"),
        (False, True, "5", "0.125", "0.1313", "0.13"),
    ],
)
def test_tax_as_on_the_page(
    list_has_tax: bool, website_has_tax: bool, rate: str, price: str, four: str, two: str
) -> None:
    for decimals, expected in ((4, four), (2, two)):
        setting = replace(
            SETTING,
            lists={"RETAIL": replace(RETAIL, tax_inclusive=list_has_tax)},
            shelves=(Shelf("b2b", "GBP", website_has_tax),),
            rules=PriceRules(decimals=decimals),
            rates={"A": Decimal(rate)},
        )
        assert held(setting, [ListPrice("RETAIL", "A", Decimal(price))])[("base", "")] == expected


def test_a_rate_that_is_not_known_is_not_guessed() -> None:
    setting = replace(SETTING, shelves=(Shelf("b2b", "GBP", True),))
    found = wanted_prices("A", BOOK, [], setting)
    assert found.values == {}
    assert "tax rate" in found.left_out[PriceKey("base", "A", "b2b")]


CENTS = st.integers(1, 10_000_000).map(lambda cents: Decimal(cents).scaleb(-2))
QUANTITIES = st.integers(1, 1000).map(Decimal)
BREAKS = st.dictionaries(QUANTITIES, CENTS, max_size=6)


@given(price=CENTS, rate=st.integers(0, 10_000).map(lambda basis: Decimal(basis).scaleb(-2)))
@settings(max_examples=200)
def test_there_and_back_again_is_exact_with_four_decimals(price: Decimal, rate: Decimal) -> None:
    factor = quotient(100 + rate, Decimal(100))
    without = rounded(quotient(price, factor), 4)
    assert rounded(product(without, factor), 2) == price


@given(breaks=BREAKS)
@settings(max_examples=200)
def test_breaks_survive_being_written(breaks: dict[Decimal, Decimal]) -> None:
    assert breaks_of(written(breaks)) == breaks


@given(listed=BREAKS, agreed=BREAKS, quantity=QUANTITIES)
@settings(max_examples=200)
def test_a_contract_group_asks_what_the_account_pays(
    listed: dict[Decimal, Decimal], agreed: dict[Decimal, Decimal], quantity: Decimal
) -> None:
    """The group's tiers and the price at the cart are the same, at every quantity."""
    rows = [ListPrice("RETAIL", "A", price, each) for each, price in listed.items()]
    contract = [CustomerPrice("ACM", "A", price, "GBP", each) for each, price in agreed.items()]
    lists = {"RETAIL": RETAIL}
    answer = cart_price(rows, contract, quantity, lists, ("RETAIL",), DAY)
    assert price_at(merged(listed, agreed), quantity) == (answer.price if answer else None)


@given(
    st.lists(st.tuples(st.sampled_from(["RETAIL", "TRADE", "SALE", "GONE"]), QUANTITIES, CENTS), max_size=12),
    st.sampled_from([("b2b",), ("base", "b2b")]),
)
@settings(max_examples=200)
def test_point_23_no_two_prices_can_collide(
    rows: list[tuple[str, Decimal, Decimal]], websites: tuple[str, ...]
) -> None:
    """Every key once, every break of a key once, and never website 0 beside a website."""
    setting = replace(SETTING, shelves=tuple(Shelf(website, "GBP") for website in websites))
    book = [ListPrice(code, "A", price, quantity) for code, quantity, price in rows]
    found = wanted_prices("A", book, [], setting)
    assert {key.website for key in found.values} <= set(websites)
    for key, value in found.values.items():
        if key.kind == "tier":
            assert value == written(breaks_of(value))
            assert key.group != ALL_GROUPS or min(breaks_of(value)) > 1
        assert PriceKey.read(key.text) == key


@given(sku=st.text(min_size=1), group=st.text())
@settings(max_examples=200)
def test_any_sku_and_group_make_a_key(sku: str, group: str) -> None:
    key = PriceKey("tier", sku, "base", group)
    assert PriceKey.read(key.text) == key
