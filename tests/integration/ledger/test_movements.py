"""Movements of the company's stock by SKU and day, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW
from tidegate.ledger import database, movements
from tidegate.ledger.models import StockMovement

D = Decimal
DAY = date(2026, 3, 2)


def note(moved: dict[str, Decimal], explained: dict[str, Decimal] | None = None, day: date = DAY) -> None:
    with database.transaction("test"):
        movements.note(CONNECTION, day, moved, explained or {}, NOW)


def test_movements_of_a_day_are_added(ledger: Ledger) -> None:
    note({"A": D(-3), "B": D("2.5")})
    note({"A": D(-1), "B": D(-1)})
    assert movements.left(CONNECTION, DAY) == {"A": D(4), "B": D(1)}
    assert movements.left("other", DAY) == {}
    assert StockMovement.objects.get(sku="B").came == D("2.5")


@pytest.mark.parametrize(("explained", "left", "came"), [(2, 1, 5), (9, 0, 5), (-2, 3, 3), (-9, 3, 0)])
def test_what_web_orders_account_for_later_is_taken_back(
    ledger: Ledger, explained: int, left: int, came: int
) -> None:
    note({"A": D(-3)})
    note({"A": D(5)})
    note({}, {"A": D(explained), "B": D(1)})
    (row,) = StockMovement.objects.all()
    assert (row.left, row.came) == (D(left), D(came))


def test_a_history_of_ninety_days(ledger: Ledger) -> None:
    for days in (0, 1, 90, 91):
        note({"A": D(-1)}, day=DAY + timedelta(days=days))
    assert movements.left(CONNECTION, DAY) == {"A": D(3)}
    assert movements.left(CONNECTION, DAY + timedelta(days=91)) == {"A": D(1)}


def test_it_is_known_since_when_stock_is_watched(ledger: Ledger) -> None:
    assert movements.watched_since(CONNECTION) is None
    for day in (DAY, DAY + timedelta(days=1)):
        with database.transaction("test"):
            movements.begin(CONNECTION, day, NOW)
    assert movements.watched_since(CONNECTION) == DAY
