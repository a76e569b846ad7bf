"""The one number of a store without sources, when a refund has raised it unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import Stage
from integration.flows.test_legacy_stock import SKU, counted, inventory, lies, take_back
from tidegate.flows.stock import missed_orders


@pytest.fixture
def shop(build: Build) -> Stage:
    return counted(build)


def hide(shop: Stage, placed: int) -> None:
    """From here on the store's answers have a figure in this order that nobody can read."""
    field = "items.0.qty_ordered"
    shop.break_shop("unreadable", None, "GET", "V1/orders$", field=field, figure="huge", record=placed)


def order_that_takes_back(shop: Stage) -> int:
    """An order of three pieces, of which one is refunded after the number was written."""
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    inventory(shop)
    inventory(shop, after=timedelta(hours=1))
    take_back(shop, placed, 1)
    return placed


def test_a_number_that_an_unreadable_order_has_raised_is_read_back_once_it_can_be_read(shop: Stage) -> None:
    placed = order_that_takes_back(shop)
    hide(shop, placed)
    shop.cycle()
    inventory(shop, after=timedelta(hours=2))
    assert lies(shop) == 98
    shop.mend()
    shop.cycle(after=timedelta(hours=2))
    inventory(shop)
    assert lies(shop) == 97


def test_a_number_that_an_unreadable_order_has_raised_would_be_taken_for_written(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug: the cursor moves over an order that nobody has read."""
    monkeypatch.setattr(missed_orders, "read", lambda _cycle: {})
    with pytest.raises(AssertionError):
        test_a_number_that_an_unreadable_order_has_raised_is_read_back_once_it_can_be_read(shop)


def test_a_number_that_a_refund_has_raised_is_read_back_whatever_has_run_since(shop: Stage) -> None:
    order_that_takes_back(shop)
    shop.cycle(after=timedelta(hours=2))
    shop.cycle(after=timedelta(hours=2))
    inventory(shop)
    assert lies(shop) == 97
