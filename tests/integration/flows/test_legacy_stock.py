"""Stock of a shop without multi-source inventory: one number a SKU, which every order lowers at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import Stage
from tidegate.config.model import Flow
from tidegate.config.stock import Stock
from tidegate.domain.states import State
from tidegate.engine.interventions import Act
from tidegate.flows.stock import owed_pieces
from tidegate.ledger import models
from tidegate_sandbox.magento import creditmemo, lifecycle

FLOWS = {"orders": Flow(every="15m"), "inventory": Flow(every="15m"), "shipments": Flow(every="15m")}
STOCK = Stock(msi=False, warehouses={"HOME": "default"}, buffer="0%")
DAY = timedelta(days=1, minutes=1)
SKU = "HUB-0001"


@pytest.fixture
def shop(build: Build) -> Stage:
    """The flow is on, and a hundred pieces lie in both systems."""
    return counted(build)


def counted(build: Build) -> Stage:
    """One number for each product, which both systems agree on."""
    stage = Fulfilled(build(items=20), flows=FLOWS, stock=STOCK).stage  # each is written alone
    stage.shop.configure(msi=False)
    count(stage, 100)
    stage.cycle()  # what is placed from here on is read
    assert inventory(stage).outcome == "done"
    assert lies(stage) == 100
    return stage


def inventory(stage: Stage, **time: Any) -> Any:
    """One cycle."""
    stage.listen()
    return stage.cycle("inventory", **time)


def count(stage: Stage, to: int, sku: str = SKU) -> None:
    """The company counts its stock."""
    stage.company.stock_adjust(sku, "HOME", to=Decimal(to))


def lies(stage: Stage, sku: str = SKU) -> Decimal:
    """The shop's number."""
    item = stage.shop.stock.item(sku, "default")
    assert item is not None
    return item.quantity


def test_orders_that_wait_come_off(shop: Stage) -> None:
    """Magento lowers its number with each order; what overwrites it must not forget those orders."""
    placed = shop.order("guest", lines=[(SKU, 3)])
    assert lies(shop) == 97
    shop.break_sage("status", None, on="send", status=503)
    shop.cycle()  # read, and not in Sage yet
    assert shop.state(placed) is not State.CONFIRMED
    inventory(shop)
    assert lies(shop) == 97
    shop.mend()
    shop.cycle(after=timedelta(minutes=30))
    assert shop.state(placed) is State.CONFIRMED
    inventory(shop)
    assert lies(shop) == 97
    inventory(shop)
    assert shop.shop_calls() == ["GET /rest/V1/orders"]  # what nobody has read yet: nothing
    inventory(shop, after=DAY)
    assert shop.alerts() == []  # what orders take off is no drift


def test_orders_that_nobody_has_read_come_off(shop: Stage) -> None:
    placed = shop.order("guest", lines=[(SKU, 3)])
    count(shop, 110)  # so that the number is written
    inventory(shop)
    assert lies(shop) == 107
    shop.cycle()
    assert shop.state(placed) is State.CONFIRMED
    inventory(shop)
    assert lies(shop) == 107  # counted once: Sage has it now
    assert shop.shop_calls("PUT") == []


def test_a_number_that_is_wanted_again_is_written_again(shop: Stage) -> None:
    """Ten were ordered and ten came in: a hundred as before, but the shop has taken the ten off."""
    shop.order("guest", lines=[(SKU, 10)])
    count(shop, 110)
    inventory(shop)
    assert lies(shop) == 100
    shop.cycle()
    inventory(shop, after=timedelta(hours=1))
    assert shop.shop_calls("PUT") == []


def test_a_cancelled_order_and_a_sale_elsewhere_do_not_hide_each_other(shop: Stage) -> None:
    placed = shop.order("guest", lines=[(SKU, 3)])
    inventory(shop)
    assert lies(shop) == 97
    shop.shopper.cancel(placed)
    assert lies(shop) == 100
    count(shop, 97)
    inventory(shop)
    assert lies(shop) == 97


def test_many_unread_orders_are_read_page_by_page(shop: Stage) -> None:
    shop.connection.page_size = 2
    shop.orders(5, "guest", lines=[(SKU, 2)])
    count(shop, 110)
    inventory(shop)
    assert lies(shop) == 100
    assert len(shop.shop_calls("GET", "/orders")) == 3


@pytest.mark.parametrize("read", [False, True])
def test_orders_that_are_never_sent_hold_their_pieces_until_they_are_cancelled(
    shop: Stage, *, read: bool
) -> None:
    placed = shop.order("guest", lines=[(SKU, 3)], status="pending_payment")
    if read:
        shop.cycle()
        assert shop.state(placed) is State.SKIPPED
    count(shop, 110)
    inventory(shop)
    assert lies(shop) == 107
    shop.shopper.cancel(placed)
    assert lies(shop) == 110
    if read:
        shop.cycle()
    inventory(shop)
    assert lies(shop) == 110


def test_an_order_that_a_person_skips_holds_nothing(shop: Stage) -> None:
    """Who skips an order has seen to its pieces in Sage."""
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.break_sage("status", None, status=503)
    shop.cycle()
    shop.mend()
    shop.act(Act.SKIP, placed, text="typed by hand")
    assert shop.state(placed) is State.SKIPPED
    count(shop, 110)
    inventory(shop, after=timedelta(minutes=5))
    assert lies(shop) == 110


@pytest.mark.parametrize(("left", "shown"), [(False, 107), (True, 110)])
def test_an_order_that_an_older_ledger_does_not_know_to_be_in_sage_comes_off_once(
    shop: Stage, *, left: bool, shown: int
) -> None:
    """Restored from a backup: the order waits for a person here, and Sage has it, or has despatched it already."""
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    assert shop.state(placed) is State.CONFIRMED
    if left:
        shop.shopper.hold(placed)
        (order,) = shop.company.orders
        shop.company.despatch(order.number)
        shop.cycle("shipments", after=timedelta(hours=1))
    of_orders = models.Delivery.objects.filter(flow="orders", step="order")
    of_orders.update(state=State.REVIEW.value, target_id="", target_number="")
    count(shop, 110)
    inventory(shop)
    assert lies(shop) == shown


def test_an_order_that_an_older_ledger_does_not_know_to_be_in_sage_would_come_off_twice(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug: what waits here is owed, whatever Sage has."""
    monkeypatch.setattr(owed_pieces, "in_company", lambda *args: {})
    with pytest.raises(AssertionError):
        test_an_order_that_an_older_ledger_does_not_know_to_be_in_sage_comes_off_once(
            shop, left=False, shown=107
        )


def take_back(shop: Stage, placed: int, pieces: int) -> None:
    """The merchant invoices an order and refunds pieces that have not left; its shipping stays charged."""
    order = shop.shop.order(placed)
    lifecycle.invoice(shop.shop, order)
    creditmemo.refund(
        shop.shop,
        order,
        {order.items[0]["item_id"]: Decimal(pieces)},
        creditmemo.Arguments(shipping=Decimal(0)),
    )


@pytest.mark.parametrize("read", [False, True])
def test_what_was_taken_back_of_an_order_that_waits_is_for_sale(shop: Stage, *, read: bool) -> None:
    """The company gets what remains; the rest never left, and the store has put it back itself."""
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.break_sage("status", None, on="send", status=503)
    take_back(shop, placed, 1)
    if read:
        shop.cycle()
        assert shop.state(placed) is not State.CONFIRMED
    count(shop, 110)
    inventory(shop)
    assert lies(shop) == 108
    shop.mend()
    shop.cycle(after=timedelta(minutes=30))
    assert shop.state(placed) is State.CONFIRMED
    inventory(shop)
    assert lies(shop) == 108


@pytest.mark.parametrize(("shipped", "held"), [(False, 0), (True, 3)])
def test_an_order_in_review_of_which_no_piece_remains_holds_none_unless_they_left(
    shop: Stage, *, shipped: bool, held: int
) -> None:
    """All was refunded but the shipping: that is a person's to enter, and the pieces wait for nobody.

    What somebody shipped in the store is gone, and Sage still counts it.
    """
    placed = shop.order("guest", lines=[(SKU, 3)])
    if shipped:
        lifecycle.ship(shop.shop, shop.shop.order(placed))
    take_back(shop, placed, 3)
    shop.cycle()
    assert shop.state(placed) is State.REVIEW
    count(shop, 110)
    inventory(shop)
    assert lies(shop) == 110 - held


def test_an_order_that_no_longer_holds_its_pieces_would_keep_them(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug: what an order was placed with waits with it, whatever was refunded since."""
    monkeypatch.setattr(
        owed_pieces, "held_by", lambda order: tuple((line.sku, line.quantity) for line in order.lines)
    )
    with pytest.raises(AssertionError):
        test_an_order_in_review_of_which_no_piece_remains_holds_none_unless_they_left(
            shop, shipped=False, held=0
        )


def test_a_number_that_a_refund_has_raised_is_read_back(shop: Stage) -> None:
    """Sage still keeps the pieces for its order: they are for nobody until that is changed."""
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    assert shop.state(placed) is State.CONFIRMED
    inventory(shop)
    inventory(shop, after=timedelta(hours=1))
    assert lies(shop) == 97
    take_back(shop, placed, 1)
    assert lies(shop) == 98
    inventory(shop)
    assert lies(shop) == 97


def test_a_number_that_a_refund_has_raised_would_be_taken_for_written(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug: only an order that is over has put its pieces back."""
    monkeypatch.setattr(owed_pieces, "gave_back", lambda order: order.state in owed_pieces.UNDONE)
    with pytest.raises(AssertionError):
        test_a_number_that_a_refund_has_raised_is_read_back(shop)


@pytest.mark.parametrize(("kind", "skus"), [("configurable", 1), ("bundle", 2)])
def test_variants_and_parts_come_off_where_they_lie(shop: Stage, kind: str, skus: int) -> None:
    before = shop.shop.stock.books()
    shop.order(kind)
    taken = {
        sku: Decimal(before[sku]["default"]) - Decimal(held["default"])
        for sku, held in shop.shop.stock.books().items()
        if before[sku] != held
    }
    assert len(taken) >= skus
    for sku in taken:
        count(shop, 500, sku)
    inventory(shop)
    assert {sku: 500 - lies(shop, sku) for sku in taken} == taken


def test_nothing_is_published_on_a_guess(shop: Stage) -> None:
    shop.order("guest", lines=[(SKU, 3)])
    count(shop, 110)
    shop.break_shop("status", None, "GET", "V1/orders$", status=503)
    report = inventory(shop)
    assert report.text != ""
    assert shop.shop_calls("PUT") == []
    assert lies(shop) == 97
    shop.mend()
    inventory(shop)
    assert lies(shop) == 107


def unnamed(shop: Stage) -> int:
    """A new order that cannot be read, and a number that is to be written."""
    placed = shop.order("guest", lines=[(SKU, 3)])
    count(shop, 110)
    shop.break_shop("unreadable", None, "GET", "V1/orders$", field="items", figure="huge", record=placed)
    return placed


def test_what_a_new_order_holds_that_cannot_be_read_is_no_guess_either(shop: Stage) -> None:
    placed = unnamed(shop)
    report = inventory(shop)
    assert f"the new order with entity id {placed} cannot be read" in report.text
    assert lies(shop) == 97
    shop.cycle()  # a person is told of it
    assert shop.alerts() == [("unreadable", str(placed))]
    inventory(shop)
    assert lies(shop) == 110


def test_what_a_new_order_holds_that_cannot_be_read_would_be_sold_twice_without_a_report(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug: what cannot be read is left out, as if somebody had named it."""
    known = owed_pieces.intake.known_ids
    monkeypatch.setattr(
        owed_pieces.intake, "known_ids", lambda store, kind, ids, **_: set(ids) | known(store, kind, ids)
    )
    unnamed(shop)
    inventory(shop)
    assert (lies(shop), shop.alerts()) == (110, [])


def test_nobody_reads_orders_that_the_connection_does_not_carry(shop: Stage) -> None:
    """Sage learns of them by another way, and we not when."""
    shop.reopen(flows={"inventory": Flow(every="15m")})
    count(shop, 110)
    inventory(shop)
    assert shop.shop_calls("GET", "/orders") == []
    assert lies(shop) == 110


def test_the_second_write_of_a_number_is_one_call(shop: Stage) -> None:
    shop.reopen()  # also in another process
    for number in range(1, 4):
        count(shop, 50, f"HUB-{number:04}")
    inventory(shop)
    assert [call.split()[0] for call in shop.shop_calls("", "stockItems")] == ["PUT"] * 3
    assert [lies(shop, f"HUB-{number:04}") for number in range(1, 4)] == [50] * 3


def test_a_refused_id_is_asked_for_again(shop: Stage) -> None:
    count(shop, 110)
    shop.break_shop(
        "status",
        1,
        "PUT",
        "stockItems",
        status=400,
        body='{"message": "It is refused."}',
        content_type="application/json",
    )
    inventory(shop)
    count(shop, 120)
    inventory(shop, after=timedelta(hours=1))
    assert [call.split()[0] for call in shop.shop_calls("", "stockItems")] == ["GET", "PUT"]
    assert lies(shop) == 120
