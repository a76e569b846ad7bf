"""What orders, shipments and calls do to the simulated shop's stock."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.sandbox import magento_recordings as recordings
from integration.sandbox.magento_world import World, make_world
from tidegate_sandbox.magento import InputLimits
from tidegate_sandbox.magento.additions import Additions
from tidegate_sandbox.magento.order import Order
from tidegate_sandbox.magento.refusal import Refusal
from tidegate_sandbox.magento.stock import DEFAULT, SourceItem

SKU = "HUB-0142"
US, UK = 2, 3


@pytest.fixture
def world() -> World:
    """A shop with nothing sold yet: 500 pieces in Detroit, 300 in London of everything."""
    return make_world()


def place(world: World, *lines: tuple[str, int], **choices: Any) -> Order:
    order = world.store.orders.any(world.shopper.place_order("guest", lines=lines, **choices))
    assert order is not None
    return order


def salable(world: World, sku: str = SKU, stock: int = US) -> Any:
    return world.get(f"inventory/get-product-salable-quantity/{sku}/{stock}")


def lies(world: World, sku: str = SKU) -> dict[str, Any]:
    return {item.source_code: item.row["quantity"] for item in world.store.stock.items({sku})}


def write(world: World, *items: tuple[str, str, Any, Any]) -> Any:
    keys = ("sku", "source_code", "quantity", "status")
    sent = [dict(zip(keys, item, strict=True)) for item in items]
    return world.client.post("/rest/V1/inventory/source-items", json={"sourceItems": sent})


def reserved(world: World, order: Order) -> dict[str, int]:
    sums: dict[str, Any] = {}
    for entry in world.store.stock.reservations:
        if entry.order_id == order.entity_id:
            sums[entry.sku] = sums.get(entry.sku, 0) + int(entry.quantity)
    return {sku: count for sku, count in sums.items() if count}


def test_an_order_reserves_and_the_source_keeps_its_pieces(world: World) -> None:
    """Point 25, as recorded in ``reservation-1`` to ``-5``."""
    order = place(world, (SKU, 10))
    assert (salable(world), lies(world)["wh_detroit"]) == (790, 500)
    assert write(world, (SKU, "wh_detroit", 600, 1)).json() == []
    assert salable(world) == 890
    world.store.stock.debit(order, [(SKU, 4)], "wh_detroit")
    order.items[0]["qty_shipped"] = 4
    assert (salable(world), lies(world)["wh_detroit"]) == (890, 596)
    assert world.shopper.cancel(order.entity_id)
    assert (salable(world), reserved(world, order)) == (896, {})
    events = [entry.event for entry in world.store.stock.reservations]
    assert events == ["order_placed", "shipment_created", "order_canceled"]


def test_each_website_sells_from_its_own_stock(world: World) -> None:
    place(world, (SKU, 7), store_view="b2b_eu")
    assert (salable(world), salable(world, stock=UK)) == (800, 293)


def test_the_variant_and_the_parts_are_reserved_and_not_the_composite(world: World) -> None:
    shirt = place(world, ("SHIRT-RED", 3), ("KIT-1", 2))
    assert reserved(world, shirt) == {"SHIRT-RED": -3, "HUB-0010": -2, "HUB-0020": -4}
    world.shopper.cancel(shirt.entity_id)
    assert reserved(world, shirt) == {}


def test_an_edited_order_is_reserved_as_it_is_now(world: World) -> None:
    old = place(world, (SKU, 5))
    new = world.store.orders.any(world.shopper.edit_order(old.entity_id))
    assert new is not None
    assert (reserved(world, old), reserved(world, new)) == ({}, {SKU: -6})


def test_an_order_that_was_loaded_reserves_what_is_still_to_ship(world: World) -> None:
    lines = [{"sku": SKU, "qty_ordered": 10, "qty_shipped": 4, "qty_canceled": 1, "product_type": "simple"}]
    order = world.store.load(recordings.order(9, items=lines))
    world.store.keep(order)
    assert reserved(world, order) == {SKU: -5}


def test_what_is_refunded_before_it_was_shipped_is_released(world: World) -> None:
    order = place(world, (SKU, 5))
    order.items[0] |= {"qty_invoiced": 5, "qty_refunded": 2}
    world.store.stock.release(order, "creditmemo_created")
    assert reserved(world, order) == {SKU: -3}


def test_what_comes_back_lies_at_the_source_again(world: World) -> None:
    order = place(world, (SKU, 5))
    world.store.stock.debit(order, [(SKU, 5)], "wh_london")
    order.items[0] |= {"qty_invoiced": 5, "qty_shipped": 5, "qty_refunded": 2}
    world.store.stock.release(order, "creditmemo_created")
    world.store.stock.restock(SKU, 2, "wh_london")
    assert (lies(world)["wh_london"], salable(world), salable(world, stock=UK)) == (297, 797, 297)


@pytest.mark.parametrize(
    ("lines", "source"),
    [
        ([(SKU, 1)], None),  # the default source has nothing
        ([(SKU, 1)], "nowhere"),
        ([(SKU, 6)], "wh_detroit"),
        ([(SKU, 3), (SKU, 3)], "wh_detroit"),
        ([("HUB-0001", 1), (SKU, 1)], "wh_detroit"),
    ],
)
def test_point_19_a_shipment_that_cannot_be_debited_is_refused_vaguely(
    world: World, lines: list[tuple[str, int]], source: str | None
) -> None:
    order = place(world, (SKU, 5))
    before = lies(world)
    with pytest.raises(Refusal) as caught:
        world.store.stock.debit(order, lines, source)
    assert caught.value.body() == {"message": "Could not save a shipment, see error log for details"}
    assert (lies(world), reserved(world, order)) == (before, {SKU: -5})


def test_point_19_without_a_source_the_default_one_is_debited(world: World) -> None:
    world.store.stock.put(SourceItem(SKU, DEFAULT, Decimal(33), 1))
    order = place(world, (SKU, 5))
    world.store.stock.debit(order, [(SKU, 1)])
    assert (lies(world)[DEFAULT], salable(world), salable(world, stock=1)) == (32, 796, 32)


def test_point_25_source_items_are_written_all_or_nothing(world: World) -> None:
    bad = write(world, (SKU, "wh_detroit", 78, 1), (SKU, "nowhere", 1, 1))
    assert (bad.status_code, bad.json()) == (400, {"message": "Could not save Source Item"})
    assert lies(world)["wh_detroit"] == 500
    for item in (("NO-SUCH", "wh_detroit", 1, 1), (SKU, "wh_detroit", -3, 1), ("SHIRT", "wh_london", 5, 1)):
        assert write(world, item).status_code == 200
    assert (lies(world)["wh_detroit"], salable(world)) == (-3, 297)
    answer = write(world, (SKU, "wh_detroit", None, None), (SKU, "wh_detroit", 1, 2))
    assert answer.status_code == 400
    assert answer.json()["message"] == 'Validation Failed: "quantity" should be numeric.'
    assert len(answer.json()["errors"]) == 3


def test_point_25_status_0_is_not_salable_whatever_the_quantity(world: World) -> None:
    write(world, (SKU, "wh_detroit", 10, 0), (SKU, "wh_london", 2, 1))
    assert salable(world) == 2
    world.store.stock.sources["wh_london"]["enabled"] = False
    assert salable(world) == 0
    assert world.get(f"inventory/is-product-salable/{SKU}/{US}") is False


def test_point_25_a_bundle_shipped_together_takes_one_source(world: World) -> None:
    assert write(world, ("HUB-0010", "wh_detroit", 1, 1), ("HUB-0010", "wh_london", 1, 1)).status_code == 200
    world.store.stock.ship_together("KIT-1", "wh_london")
    assert write(world, ("HUB-0010", "wh_detroit", 9, 1), (SKU, "wh_london", 9, 1)).status_code == 400
    assert (lies(world)["wh_london"], lies(world, "HUB-0010")) == (300, {"wh_london": 2})
    assert write(world, ("HUB-0010", "wh_london", 9, 1)).status_code == 200


def test_point_39_a_bundle_shipped_together_is_looked_at_before_the_source(world: World) -> None:
    world.store.stock.ship_together("KIT-1", "wh_london")
    bad = write(world, ("HUB-0010", "nowhere", 1, 1))
    assert bad.status_code == 400
    assert bad.json()["message"] != "Could not save Source Item"
    assert "<a href" in bad.text
    assert bad.json()["errors"]


def test_point_25_the_older_calls_see_the_default_source_only(world: World) -> None:
    assert world.get(f"stockItems/{SKU}")["qty"] == 0
    put = world.client.put(
        f"/rest/V1/products/{SKU}/stockItems/142", json={"stockItem": {"qty": 33, "is_in_stock": True}}
    )
    assert (put.status_code, put.json()) == (200, 142)
    found = world.get(f"stockItems/{SKU}")
    assert (found["qty"], found["is_in_stock"], salable(world)) == (33, True, 800)


def test_point_28_a_list_may_be_limited(world: World) -> None:
    twenty_one = [(SKU, "wh_detroit", 1, 1)] * 21
    assert write(world, *twenty_one).status_code == 200
    world.store.configure(limits=InputLimits(list_length=20))
    assert write(world, *twenty_one).json()["parameters"]["max"] == 20
    assert write(world, *twenty_one[1:]).status_code == 200


def test_a_shop_without_sources_has_one_number_per_sku(world: World) -> None:
    world.store.msi = False
    order = place(world, (SKU, 10))
    assert world.get(f"stockItems/{SKU}")["qty"] == 790
    world.store.stock.debit(order, [(SKU, 4)])
    order.items[0]["qty_shipped"] = 4
    assert world.get(f"stockItems/{SKU}")["qty"] == 790
    world.shopper.cancel(order.entity_id)
    assert world.get(f"stockItems/{SKU}")["qty"] == 796
    assert world.store.stock.reservations == []
    assert write(world, (SKU, "default", 1, 1)).json()["message"] == "Request does not match any route."
    names = world.get("modules")
    assert "Magento_CatalogInventory" in names
    assert "Magento_InventoryApi" not in names


@given(
    st.lists(
        st.tuples(st.sampled_from(["place", "ship", "cancel", "refund", "write"]), st.integers(1, 9)),
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_salable_is_on_hand_less_what_is_still_to_ship(steps: list[tuple[str, int]]) -> None:
    world = make_world()
    stock, orders = world.store.stock, []
    for deed, count in steps:
        order = orders[count % len(orders)] if orders else None
        if deed == "place" or order is None:
            orders.append(place(world, (SKU, count)))
        elif deed == "write":
            stock.put(SourceItem(SKU, "wh_detroit", Decimal(count * 100), 1))
        elif deed == "cancel":
            world.shopper.cancel(order.entity_id)
        elif deed == "refund":
            item = order.items[0]
            item["qty_invoiced"] = item["qty_ordered"]
            item["qty_refunded"] = min(count, item["qty_ordered"] - item.get("qty_canceled", 0))
            stock.release(order, "creditmemo_created")
        else:
            try:
                stock.debit(order, [(SKU, count)], "wh_detroit")
            except Refusal:
                continue
            order.items[0]["qty_shipped"] += count
    to_ship = sum(
        max(
            0, item["qty_ordered"] - sum(item.get(f"qty_{x}", 0) for x in ("canceled", "shipped", "refunded"))
        )
        for order in orders
        for item in order.items
    )
    assert stock.salable(SKU, US) == stock.on_hand(SKU, US) - to_ship
    assert -to_ship == sum(entry.quantity for entry in stock.reservations)


def test_pieces_refunded_before_they_left_go_off_their_source_unless_they_return(world: World) -> None:
    """So Magento's published source: to the shop's own eyes they are gone."""
    order = place(world, (SKU, 5))
    line = order.items[0]["item_id"]
    path = f"order/{order.entity_id}"
    world.post(f"{path}/invoice", {"capture": True})
    world.post(f"{path}/refund", {"items": [{"order_item_id": line, "qty": 2}]})
    assert (lies(world)["wh_detroit"], reserved(world, order), salable(world)) == (498, {SKU: -3}, 795)


def test_a_returned_piece_does_not_free_one_that_is_still_to_ship(world: World) -> None:
    """Three of five are shipped and invoiced; one of those comes back. The two others stay reserved."""
    order = place(world, (SKU, 5))
    line = order.items[0]["item_id"]
    path = f"order/{order.entity_id}"
    arguments = {"extension_attributes": {"source_code": "wh_detroit"}}
    three = {"items": [{"order_item_id": line, "qty": 3}]}
    world.post(f"{path}/ship", {**three, "arguments": arguments})
    world.post(f"{path}/invoice", {**three, "capture": True})
    returned = {"extension_attributes": {"return_to_stock_items": [line]}}
    world.post(f"{path}/refund", {"items": [{"order_item_id": line, "qty": 1}], "arguments": returned})
    assert (lies(world)["wh_detroit"], reserved(world, order)) == (498, {SKU: -2})


def test_by_calls_place_ship_invoice_refund(world: World) -> None:
    """Of a line shipped in part, a refund frees what was not shipped; only the rest comes back to its source."""
    order = place(world, (SKU, 10))
    line = order.items[0]["item_id"]
    path = f"order/{order.entity_id}"
    arguments = {"extension_attributes": {"source_code": "wh_detroit"}}
    world.post(f"{path}/ship", {"items": [{"order_item_id": line, "qty": 4}], "arguments": arguments})
    world.post(f"{path}/invoice", {"capture": True})
    assert (salable(world), lies(world)["wh_detroit"], reserved(world, order)) == (790, 496, {SKU: -6})
    returned = {"extension_attributes": {"return_to_stock_items": [line]}}
    for quantity, on_hand, still_reserved in ((2, 496, {SKU: -4}), (7, 499, {})):
        sent = {"items": [{"order_item_id": line, "qty": quantity}], "arguments": returned}
        world.post(f"{path}/refund", sent)
        assert (lies(world)["wh_detroit"], reserved(world, order)) == (on_hand, still_reserved)
    assert salable(world) == 799


def test_virtual_pieces_leave_a_source_with_their_invoice(world: World) -> None:
    """Magento's published source: off the stock's sources one after the other, and back to the first one."""
    order = place(world, (SKU, 10), shipping=Decimal(0), additions=Additions(virtual="virtual"))
    before = lies(world)
    assert reserved(world, order) == {SKU: -10}
    line = order.items[0]["item_id"]
    world.post(f"order/{order.entity_id}/invoice", {"items": [{"order_item_id": line, "qty": 4}]})
    assert (reserved(world, order), salable(world)) == ({SKU: -6}, 790)
    world.post(f"order/{order.entity_id}/invoice", {})
    assert (reserved(world, order), salable(world)) == ({}, 790)
    assert sum(lies(world).values()) == sum(before.values()) - 10
    world.post(f"order/{order.entity_id}/refund", {"items": [{"order_item_id": line, "qty": 3}]})
    assert salable(world) == 790
    returned = {"extension_attributes": {"return_to_stock_items": [line]}}
    world.post(
        f"order/{order.entity_id}/refund",
        {"items": [{"order_item_id": line, "qty": 7}], "arguments": returned},
    )
    assert (reserved(world, order), salable(world)) == ({}, 797)
