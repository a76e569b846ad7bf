"""Magento moves the dates of a special price by seconds; and what no company has set."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tidegate.domain.masters.master import ProductRecord
from tidegate.domain.masters.product_card import ProductRules, product_cost
from tidegate.domain.prices.prices import whole_days

MEANT = ("2026-12-01 00:00:00", "2026-12-31 23:59:59")


@pytest.mark.parametrize(
    "told",
    [
        MEANT,
        ("2026-12-01 00:00:07", "2026-12-31 23:59:00"),
        ("2026-11-30 23:59:58", "2027-01-01 00:00:03"),
    ],
)
def test_seconds_are_no_difference(told: tuple[str, str]) -> None:
    assert whole_days(*told) == MEANT


@pytest.mark.parametrize(
    "told",
    [
        ("2026-12-01 00:01:00", "2026-12-31 23:58:00"),
        ("2026-12-01 06:00:00", "2026-12-31 18:00:00"),
        ("", ""),
        ("whenever", "never"),
        ("0001-01-01 12:00:00", "9999-12-31 12:00:00"),
    ],
)
def test_everything_else_is_written_as_it_is(told: tuple[str, str]) -> None:
    assert whole_days(*told) == told


def test_the_ends_of_the_calendar_break_nothing() -> None:
    ends = ("0001-01-01 00:00:00", "9999-12-31 23:59:59")
    assert whole_days(*ends) == ends


@pytest.mark.parametrize(("cost", "written"), [("0", ""), ("-1", ""), ("0.01", "0.01"), (None, "")])
def test_a_cost_of_zero_is_nobodys_cost(cost: str | None, written: str) -> None:
    record = ProductRecord("1", "A", "A", cost=None if cost is None else Decimal(cost))
    assert product_cost(record, ProductRules()) == written
