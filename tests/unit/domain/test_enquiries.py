"""Whose turn it is to be asked for, and which answers are a contract."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.domain.prices.cart_price import CartPrice
from tidegate.domain.prices.enquiries import Pair, agreed, in_turn
from tidegate.domain.prices.price_book import CustomerPrice

NAMES = st.sets(st.sampled_from("ABCDEFG"), min_size=1)


@given(NAMES, NAMES, st.integers(min_value=1, max_value=9))
def test_every_pair_has_its_turn_once_a_round(accounts: set[str], skus: set[str], most: int) -> None:
    wanted = {(account, sku) for account in accounts for sku in skus}
    seen: list[Pair] = []
    while len(seen) < len(wanted):
        _, turn = in_turn(accounts, skus, seen[-1] if seen else None, (), most)
        seen += turn
    assert seen[: len(wanted)] == sorted(wanted)


@given(NAMES, NAMES, NAMES, st.integers(min_value=2, max_value=9))
def test_changed_products_never_stop_the_round(
    accounts: set[str], skus: set[str], changed: set[str], most: int
) -> None:
    urgent, turn = in_turn(accounts, skus, None, changed, most)
    assert len(urgent) + len(turn) == len({*urgent, *turn}) <= most
    assert {sku for _, sku in urgent} <= changed & skus
    assert turn or len(urgent) == len(accounts) * len(skus)


@pytest.mark.parametrize("after", [("B", "Z"), ("A", "Z"), ("0", "0"), ("B", "2")])
def test_a_pair_that_is_gone_stops_nobody(after: Pair) -> None:
    _, turn = in_turn("AC", "13", after, (), 1)
    assert len(turn) == 1


def test_nobody_to_ask_for() -> None:
    assert in_turn((), "13", None, "1", 10) == ([], [])
    assert in_turn("A", (), ("A", "1"), "1", 10) == ([], [])


def answer(price: str, quantity: int, currency: str = "GBP", unit: str = "") -> CustomerPrice:
    """What the company answered for ACM."""
    return CustomerPrice("ACM", "HUB", Decimal(price), currency, Decimal(quantity), unit)


@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        (("10.00", "10.00", "10.00"), {}),
        (("9.00", "9.00", "8.00"), {1: "9.00", 100: "8.00"}),
        (("10.00", "8.50", "8.50"), {10: "8.50"}),
        (("9.00", "10.00", "10.00"), {1: "9.00", 10: "10.00"}),
        (("0", "0", "0"), {}),
    ],
)
def test_worked_table_of_the_page(answers: tuple[str, ...], kept: dict[int, str]) -> None:
    told = [answer(price, quantity) for price, quantity in zip(answers, (1, 10, 100), strict=True)]
    found = agreed(told, lambda _: CartPrice(Decimal(10), "GBP", tax_inclusive=False, source="list"))
    assert {int(each.quantity): str(each.price) for each in found} == kept


def test_another_currency_or_unit_is_not_the_lists_price() -> None:
    list_price = CartPrice(Decimal(10), "GBP", tax_inclusive=False, source="list")
    assert agreed([answer("10", 1, "EUR")], lambda _: list_price)
    assert agreed([answer("10", 1, unit="Box")], lambda _: list_price)
    assert agreed([answer("10", 1)], lambda _: None)
