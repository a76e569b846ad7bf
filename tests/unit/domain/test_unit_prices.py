"""Prices made backwards from line totals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.calculation import line_net
from tidegate.domain.orders.unit_prices import one_price, two_prices

D = Decimal
FIVE = Arithmetic()
TWO = Arithmetic(price_decimals=2, discount_decimals=2)
MIXED = Arithmetic(price_decimals=5, discount_decimals=2)
nets = st.decimals("0", "100000", places=2)


@pytest.mark.parametrize(
    ("quantity", "net", "discount", "arithmetic", "price", "off"),
    [
        ("2", "20.74", "0", FIVE, "10.37", "0"),
        ("3", "23.95", "0", FIVE, "7.98333", "0"),  # Magento's own price, 7.98, would miss a cent
        ("3", "30.00", "3.33", FIVE, "11.11", "1.11"),
        ("7", "74.65", "8.30", FIVE, "11.85", "1.18571"),
        ("3", "21.96", "1.99", MIXED, "7.98", "0.66"),  # the discount at two decimals, the price follows
        ("7", "74.65", "8.30", TWO, "10.66", "0"),  # misses: 74.62
    ],
)
def test_one_price(
    quantity: str, net: str, discount: str, arithmetic: Arithmetic, price: str, off: str
) -> None:
    priced = one_price(D(quantity), D(net), D(discount), arithmetic)
    assert (priced.unit_price, priced.unit_discount) == (D(price), D(off))


@given(st.integers(1, 900).map(D), nets, nets, st.sampled_from([FIVE, MIXED]))
def test_up_to_nine_hundred_pieces_one_price_hits(
    quantity: Decimal, net: Decimal, discount: Decimal, arithmetic: Arithmetic
) -> None:
    priced = one_price(quantity, net, discount, arithmetic)
    assert priced.net == net == line_net(quantity, priced.unit_price, priced.unit_discount, arithmetic)
    assert priced.unit_discount == 0 or abs(priced.unit_discount * quantity - discount) <= quantity * D(
        "0.0051"
    )


@given(st.integers(2, 100_000).map(D), nets, st.sampled_from([FIVE, TWO, Arithmetic(price_decimals=3)]))
def test_two_prices_hit_any_net_with_whole_pieces(
    quantity: Decimal, net: Decimal, arithmetic: Arithmetic
) -> None:
    parts = two_prices(quantity, net, arithmetic)
    assert sum(part.net for part in parts) == net
    assert sum(part.quantity for part in parts) == quantity
    assert all(part.quantity == part.quantity.to_integral_value() for part in parts)
    assert all(part.quantity > 0 and part.unit_discount == 0 for part in parts)


@given(st.decimals("1.001", "5000", places=3), nets)
def test_two_prices_hit_any_net_with_parts_of_pieces(quantity: Decimal, net: Decimal) -> None:
    parts = two_prices(quantity, net, FIVE)
    assert sum(part.net for part in parts) == net
    assert sum(part.quantity for part in parts) == quantity
