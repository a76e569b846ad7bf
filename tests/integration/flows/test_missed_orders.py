"""Orders that the store could not show while the stock was read: what changed about them is not forgotten."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stocking import FLOWS, HOME, US, inventory, lies
from tidegate.config.stock import Stock
from tidegate.engine.interventions import Act
from tidegate.flows.stock import missed_orders
from tidegate_sandbox.magento import creditmemo, lifecycle
from tidegate_sandbox.magento.stock import SourceItem

SKU = "HUB-0007"
HIDDEN = {
    "a figure out of all bounds": ("unreadable", {"field": "items.0.qty_ordered", "figure": "huge"}),
    "items that are none": ("unreadable", {"field": "items", "figure": "text"}),
}


@pytest.fixture
def world(build: Build) -> Fulfilled:
    world = Fulfilled(build(), flows=FLOWS, stock=Stock(warehouses=HOME, buffer="0%"))
    world.stage.shop.stock.put(SourceItem(SKU, "wh_london", Decimal(0), 0))
    return world


def refunded(world: Fulfilled, *, before: bool) -> tuple[int, Decimal]:
    """An order of five, of which two were refunded unshipped; `before`: it was read since. What was for sale."""
    shop = world.stage
    placed = world.sent("guest", lines=((SKU, 5),))
    inventory(shop)
    salable = shop.shop.stock.salable(SKU, US)
    order = shop.shop.order(placed)
    lifecycle.invoice(shop.shop, order)
    pieces = {int(order.items[0]["item_id"]): Decimal(2)}
    arguments = creditmemo.Arguments(shipping=Decimal(0), return_to_stock=pieces)
    creditmemo.refund(shop.shop, order, pieces, arguments)
    if before:
        inventory(shop, after=timedelta(hours=1))
    return placed, salable


def hide(world: Fulfilled, placed: int, how: str) -> None:
    kind, options = HIDDEN[how]
    world.stage.break_shop(kind, None, "GET", "V1/orders$", record=placed, **options)


def shown_again(world: Fulfilled) -> None:
    """Some cycles while the order is hidden, then some when it is not; its change is hours old by then."""
    shop = world.stage
    for _ in range(2):
        shop.cycle(after=timedelta(hours=2))
        inventory(shop)
    shop.mend()
    for _ in range(2):
        shop.cycle(after=timedelta(hours=2))
        inventory(shop)


@pytest.mark.parametrize("how", HIDDEN)
@pytest.mark.parametrize("before", [False, True])
def test_a_refund_counts_once_its_order_can_be_read(world: Fulfilled, how: str, *, before: bool) -> None:
    """Sage keeps all five for the order; the store reserves three, so three are added back."""
    placed, salable = refunded(world, before=before)
    hide(world, placed, how)
    shown_again(world)
    assert world.stage.shop.stock.salable(SKU, US) == salable
    assert lies(world.stage, SKU) == salable + 3


def test_a_cancelled_order_counts_once_it_can_be_read(world: Fulfilled) -> None:
    """Sage keeps what has left for it: nothing of it is reserved, nothing is added back."""
    shop = world.stage
    placed = world.sent("guest", lines=((SKU, 5),))
    inventory(shop)
    full = lies(shop, SKU)
    world.despatch(placed)
    shop.shopper.cancel(placed)
    hide(world, placed, "items that are none")
    shown_again(world)
    assert full is not None
    assert lies(shop, SKU) == shop.shop.stock.salable(SKU, US) == full - 5


def test_a_refund_is_forgotten_with_its_order_otherwise(
    world: Fulfilled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug: the cursor moves over an order that nobody has read."""
    monkeypatch.setattr(missed_orders, "read", lambda _cycle: {})
    with pytest.raises(AssertionError):
        test_a_refund_counts_once_its_order_can_be_read(world, "a figure out of all bounds", before=False)


def test_an_order_that_stays_hidden_is_asked_for_no_more_than_once_a_cycle(world: Fulfilled) -> None:
    placed, _ = refunded(world, before=False)
    hide(world, placed, "items that are none")
    for _ in range(2):
        world.stage.cycle(after=timedelta(hours=2))
        inventory(world.stage)
    world.stage.listen()
    inventory(world.stage, after=timedelta(hours=2))
    assert len(world.stage.shop_calls("GET", "/orders")) <= 2


def skipped(world: Fulfilled) -> Decimal:
    """An order that the store cannot show, and whose review a person has skipped. What was for sale before it changed."""
    shop = world.stage
    placed, salable = refunded(world, before=False)
    shop.break_shop("poison_order", times=None, entity_id=placed)
    shop.cycle(after=timedelta(minutes=10))
    (review,) = [step for step, state in shop.steps(placed).items() if state == "review"]
    inventory(shop, after=timedelta(hours=2))
    shop.act(Act.SKIP, placed, step=review, text="seen to by hand")
    return salable


def calls_of_an_hour(world: Fulfilled) -> list[int]:
    """The calls for orders in each of four cycles, a quarter of an hour apart."""
    found = []
    for _ in range(4):
        world.stage.listen()
        inventory(world.stage, after=timedelta(minutes=15))
        found.append(len(world.stage.shop_calls("GET", "/orders")))
    return found


def test_an_order_whose_review_is_skipped_is_asked_for_by_the_hour(world: Fulfilled) -> None:
    skipped(world)
    first, *others = calls_of_an_hour(world)
    assert max(others) < first


def test_bug_an_order_whose_review_is_skipped_is_searched_for_in_every_cycle(
    world: Fulfilled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed_orders, "rests", lambda *_: False)
    with pytest.raises(AssertionError):
        test_an_order_whose_review_is_skipped_is_asked_for_by_the_hour(world)


def test_an_order_whose_review_is_skipped_counts_once_it_can_be_read(world: Fulfilled) -> None:
    salable = skipped(world)
    calls_of_an_hour(world)
    world.stage.mend()
    calls_of_an_hour(world)
    assert lies(world.stage, SKU) == salable + 3
