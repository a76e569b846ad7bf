"""Items of stock, prices and masters are named and valued in words: no key of the ledger reaches a person."""

from __future__ import annotations

import pytest

from tidegate.domain.prices.prices import PriceKey
from tidegate.flows.item_words import name_of, place_of, sku_of, value_in_words


@pytest.mark.parametrize(
    ("flow", "key", "name", "sku"),
    [
        ("inventory", "A@B@north", "stock of A@B at source north", "A@B"),
        ("prices", PriceKey("base", "A|1", "base").text, "base price of A|1, website base", "A|1"),
        ("prices", "special|A|base|", "special price of A, website base", "A"),
        ("prices", "tier|A|base|Wholesale", "tier price of A, website base, group Wholesale", "A"),
        ("prices", "tier|A|base|all groups", "tier price of A, website base, all groups", "A"),
        ("products", "cost|A", "cost of product A", "A"),
        ("products", "record|A|B", "weight and status of product A|B", "A|B"),
        ("products", "store|A", "product A", "A"),
        ("customers", "17", "customer 17", "17"),
    ],
)
def test_names(flow: str, key: str, name: str, sku: str) -> None:
    assert (name_of(flow, key), sku_of(flow, key)) == (name, sku)


@pytest.mark.parametrize(
    ("flow", "key", "place"),
    [
        ("inventory", "A@north", "source north"),
        ("prices", "tier|A|base|Wholesale", "tier price, website base, group Wholesale"),
        ("products", "cost|A", ""),
    ],
)
def test_places(flow: str, key: str, place: str) -> None:
    assert place_of(flow, key) == place


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("12;1", "12, in stock"),
        ("-2.5;0", "-2.5, out of stock"),
        ("1=9.5;10=8", "9.5 from 1 piece, 8 from 10 pieces"),
        ("9.5;2026-03-01 00:00:00;2026-03-31 23:59:59", "9.5 from 2026-03-01 to 2026-03-31"),
        ('{"credit_limit":"500","group":""}', "credit limit 500, group empty"),
        ("{no json", "{no json"),
        ("9.5", "9.5"),
        ("2=x;1", "2=x;1"),
        ("-", "nothing"),
    ],
)
def test_values_are_words(value: str, words: str) -> None:
    assert value_in_words(value) == words
