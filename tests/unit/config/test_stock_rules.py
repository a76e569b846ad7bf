"""`[connections.NAME.stock]`: what is refused, and what buffers mean."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tidegate.config.stock import Stock
from tidegate.config.stock_rules import buffers, read_buffer
from tidegate.domain.stock.availability import Buffer
from unit.config.configuration_files import problems, whole

STOCK = "\n[connections.web.stock]\n"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('buffer = "a lot"', "buffer"),
        ('sku_buffers = { "HUB-*" = "101%" }', 'sku_buffers."HUB-*"'),
        ('sku_buffers = { "HUB[1]" = "1" }', 'sku_buffers."HUB[1]"'),
        ('warehouses = { "HOME" = "wh london" }', "warehouses.HOME"),
        ('msi = false\nwarehouses = { "HOME" = "wh_london" }', "warehouses.HOME"),
        ("decimals = 6", "decimals"),
        ('full_every = "daily"', "full_every"),
    ],
)
def test_what_is_refused(text: str, key: str) -> None:
    assert [problem.key for problem in problems(whole() + STOCK + text)] == [f"connections.web.stock.{key}"]


@pytest.mark.parametrize(
    ("text", "buffer"),
    [("10%", Buffer(Decimal(10))), ("7.5%", Buffer(Decimal("7.5"))), ("3", Buffer(pieces=Decimal(3)))],
)
def test_a_buffer_is_a_percentage_or_pieces(text: str, buffer: Buffer) -> None:
    assert read_buffer(text) == buffer


@pytest.mark.parametrize("text", ["", "%", "-1", "101%", "ten", "NaN", "1e99999999999%"])
def test_what_is_no_buffer(text: str) -> None:
    with pytest.raises(ValueError):
        read_buffer(text)


def test_rules_keep_their_order() -> None:
    stock = Stock(sku_buffers={"A*": "1", "*": "2"}, group_buffers={"G": "5%"})
    rules = buffers(stock)
    assert rules.general == Buffer(Decimal(10))
    assert [pattern for pattern, _ in rules.skus] == ["A*", "*"]
    assert rules.groups == (("G", Buffer(Decimal(5))),)
