"""Shipments, invoices and credit memos of the simulated shop: what they do to the order and to the stock."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox import magento_history as history
from integration.sandbox import magento_recordings as recordings
from integration.sandbox.magento_world import World, make_world
from tidegate_sandbox.magento import FACE_KINDS
from tidegate_sandbox.magento.amount import Shares

DETROIT = {"extension_attributes": {"source_code": "wh_detroit"}}
AFTER = {
    "orders-get-after-partial-ship": "order-ship-partial-with-track",
    "orders-get-after-partial-invoice": "order-invoice-partial",
    "orders-get-complete": "order-ship-nothing-left",
    "orders-get-after-creditmemo": "order-refund-partial",
    "orders-get-configurable-after": "order-invoice-configurable-parent-item",
    "orders-get-bundle-after": "order-invoice-bundle-parent-item",
    "orders-get-eur-after-invoice": "order-invoice-full-eur",
    "orders-get-eur-closed": "creditmemo-eur-full",
}
"""Recorded orders, and the last call of the evening before each."""


@pytest.fixture
def world() -> World:
    return make_world()


def place(world: World, **choices: Any) -> Any:
    """A new order, as the REST API answers it."""
    return world.get(f"orders/{world.shopper.place_order(**{'kind': 'guest', **choices})}")


def ship(world: World, order: Any, *lines: tuple[int, int], **more: Any) -> Any:
    """The answer of a ship call from Detroit; all lines if none is named."""
    return call(world, order, "ship", *lines, **{"arguments": DETROIT, **more})


def call(world: World, order: Any, verb: str, *lines: tuple[int, int], **more: Any) -> Any:
    items = [{"order_item_id": item_id, "qty": quantity} for item_id, quantity in lines]
    sent = {**more, "items": items} if items else more
    return world.client.post(f"/rest/V1/order/{order['entity_id']}/{verb}", json=sent)


def of(world: World, kind: str, order: Any) -> list[Any]:
    """The documents of an order, by a list call."""
    query = "searchCriteria[filter_groups][0][filters][0][field]=order_id"
    found = world.get(
        f"{kind}?{query}&searchCriteria[filter_groups][0][filters][0][value]={order['entity_id']}"
    )
    items: list[Any] = found["items"]
    return items


def again(world: World, order: Any) -> Any:
    return world.get(f"orders/{order['entity_id']}")


def held(world: World, sku: str, source: str) -> Decimal:
    item = world.store.stock.item(sku, source)
    assert item is not None
    return item.quantity


@pytest.mark.parametrize("name", AFTER)
def test_the_order_is_what_it_was_after_each_recorded_call(world: World, name: str) -> None:
    """Every column of the order, its lines and its payment, but for the moments."""
    history.begin(world)
    for done in history.EVENING[: history.EVENING.index(AFTER[name]) + 1]:
        assert history.replay(world, done) == recordings.body(done) or done in history.TIMED
    expected = recordings.body(name)
    found = world.get(f"orders/{expected['entity_id']}")
    assert recordings.masked(found, timeless=True) == recordings.masked(expected, timeless=True)


def test_point_17_what_moves_updated_at_and_what_does_not(world: World) -> None:
    order = place(world, lines=[("HUB-0001", 3)])
    path, line = f"orders/{order['entity_id']}", order["items"][0]["item_id"]
    moved = {}

    def moves(name: str, act: Any) -> None:
        before = world.get(path)["updated_at"]
        world.clock.advance(10)
        assert act().status_code == 200
        moved[name] = world.get(path)["updated_at"] != before

    entity = {
        "order_id": order["entity_id"],
        "parent_id": 1,
        "track_number": "L",
        "title": "U",
        "carrier_code": "u",
    }
    moves("partial ship", lambda: ship(world, order, (line, 1)))
    moves("partial invoice", lambda: call(world, order, "invoice", (line, 1), capture=False))
    moves("second invoice", lambda: call(world, order, "invoice", (line, 1)))
    moves("full invoice", lambda: call(world, order, "invoice"))
    moves("second ship", lambda: ship(world, order, (line, 1)))
    moves("full ship", lambda: ship(world, order))
    moves("credit memo", lambda: call(world, order, "refund", (line, 1)))
    moves("late track", lambda: world.client.post("/rest/V1/shipment/track", json={"entity": entity}))
    said = {"entity": {"comment": "said", "is_customer_notified": 0, "is_visible_on_front": 0}}
    moves("shipment comment", lambda: world.client.post("/rest/V1/shipment/1/comments", json=said))
    assert [name for name, did in moved.items() if not did] == ["late track", "shipment comment"]


def test_point_18_the_same_call_twice_makes_two_shipments(world: World) -> None:
    order = place(world, lines=[("HUB-0001", 3)])
    line = order["items"][0]["item_id"]
    track = {"track_number": "DUP-1", "title": "UPS", "carrier_code": "ups"}
    answers = [ship(world, order, (line, 1), tracks=[track], notify=True).json() for _ in range(2)]
    assert answers == ["1", "2"]
    assert [row["tracks"][0]["track_number"] for row in of(world, "shipments", order)] == ["DUP-1", "DUP-1"]
    assert world.store.mails == [("shipment", 1), ("shipment", 2)]
    assert again(world, order)["items"][0]["qty_shipped"] == 2


def test_point_19_the_named_source_is_debited_and_default_if_none_is_named(world: World) -> None:
    order = place(world, lines=[("HUB-0001", 3)])
    line = order["items"][0]["item_id"]
    refused = "Could not save a shipment, see error log for details"
    for bad in ({}, {"arguments": {"extension_attributes": {"source_code": "nope"}}}):
        answer = call(world, order, "ship", (line, 1), **bad)
        assert (answer.status_code, answer.json()) == (400, {"message": refused})
    assert ship(world, order, (line, 4)).json() == {"message": refused}
    assert ship(world, order, (line, 2)).json() == "4"
    assert held(world, "HUB-0001", "wh_detroit") == 498
    world.store.stock.restock("HUB-0001", 7, "default")
    assert call(world, order, "ship").json() == "5"
    assert held(world, "HUB-0001", "default") == 6
    sources = [row["extension_attributes"]["source_code"] for row in of(world, "shipments", order)]
    assert sources == ["wh_detroit", "default"]


def test_point_20_a_configurable_is_shipped_by_its_parent(world: World) -> None:
    order = place(world, kind="configurable", lines=[("SHIRT-RED", 2)])
    parent, child = (item["item_id"] for item in order["items"])
    assert ship(world, order, (child, 1)).status_code == 400
    assert ship(world, order, (parent, 1)).json() == "1"
    (shipped,) = of(world, "shipments", order)
    assert [(row["order_item_id"], row["sku"], row["qty"]) for row in shipped["items"]] == [
        (parent, "SHIRT-RED", 1)
    ]
    assert held(world, "SHIRT-RED", "wh_detroit") == 499


def test_point_20_a_bundle_is_shipped_by_its_children_and_invoiced_by_its_parent(world: World) -> None:
    order = place(world, kind="bundle", lines=[("KIT-1", 2)])
    parent, *children = (item["item_id"] for item in order["items"])
    assert "Bundle product options should be shipped" in ship(world, order, (parent, 1)).json()["message"]
    assert ship(world, order).json() == "1"
    (shipped,) = of(world, "shipments", order)
    assert [row["order_item_id"] for row in shipped["items"]] == [parent, *children]
    assert shipped["total_qty"] == sum(item["qty_ordered"] for item in order["items"][1:])
    assert call(world, order, "invoice", (parent, 1)).json() == "1"
    assert [item["qty_invoiced"] for item in again(world, order)["items"]] == [
        item["qty_ordered"] // 2 for item in order["items"]
    ]
    assert call(world, order, "invoice").json() == "2"
    done = again(world, order)
    assert (done["state"], done["total_due"]) == ("complete", 0)


def test_point_21_all_shipping_is_on_the_first_invoice_and_each_is_paid(world: World) -> None:
    order = place(world, kind="coupon", lines=[("HUB-0001", 3), ("HUB-0002", 1)], shipping="12.50")
    line = order["items"][0]["item_id"]
    for quantity in (1, 1):
        assert call(world, order, "invoice", (line, quantity), capture=False).status_code == 200
    assert call(world, order, "invoice").json() == "3"
    first, second, last = of(world, "invoices", order)
    assert (first["shipping_amount"], "shipping_amount" in second) == (12.5, False)
    assert {row["state"] for row in (first, second, last)} == {2}
    for column, whole in (
        ("grand_total", "grand_total"),
        ("tax_amount", "tax_amount"),
        ("subtotal", "subtotal"),
    ):
        assert sum(Decimal(str(row[column])) for row in (first, second, last)) == Decimal(str(order[whole]))
    item = first["items"][0]
    assert item["row_total"] == pytest.approx(item["price"])
    assert again(world, order)["total_due"] == 0


@pytest.mark.parametrize(
    "kind", ["eur", "gbp", "coupon", "bundle", "configurable", "mixed_vat", "shipping_discount"]
)
def test_parts_add_up_to_the_order(world: World, kind: str) -> None:
    """However an order is parted, its invoices are its total, and its credit memos what was paid."""
    for _ in range(10):
        order = place(world, kind=kind)
        counted = [item for item in order["items"] if item["price"] and "parent_item_id" not in item]
        for item in counted:
            if item["qty_ordered"] > 1:
                assert call(world, order, "invoice", (item["item_id"], 1)).status_code == 200
        assert call(world, order, "invoice").status_code == 200
        paid = again(world, order)
        assert (paid["total_due"], paid["total_paid"]) == (0, order["grand_total"])
        assert paid["base_total_paid"] == order["base_grand_total"]
        for item in (row for row in counted if row["product_type"] != "bundle" and row["qty_ordered"] > 1):
            none = {"arguments": {"shipping_amount": 0}}
            assert call(world, order, "refund", (item["item_id"], 1), **none).status_code == 200
        assert call(world, order, "refund").status_code == 200
        closed = again(world, order)
        assert (closed["state"], closed["total_refunded"]) == ("closed", order["grand_total"])


def test_refusals_of_what_is_not_there(world: World) -> None:
    order = place(world, lines=[("HUB-0001", 2)])
    line = order["items"][0]["item_id"]
    none = {"message": "The entity that was requested doesn't exist. Verify the entity and try again."}
    for verb in ("ship", "invoice", "refund"):
        answer = call(world, {"entity_id": 4711}, verb)
        assert (answer.status_code, answer.json()) == (404, none)
    for path in ("shipment/9", "invoices/9", "creditmemo/9", "shipment/9/comments"):
        assert world.client.get(f"/rest/V1/{path}").status_code == 404
    assert world.client.delete("/rest/V1/shipment/track/9").status_code == 404
    assert call(world, order, "ship", (line, 1), tracks=[{"number": "1"}]).status_code == 500
    assert call(world, order, "ship", (line, 1), comment={"text": "x"}).status_code == 500
    assert (
        call(world, order, "refund").json()["message"].startswith("Creditmemo Document Validation Error(s)")
    )
    world.shopper.hold(order["entity_id"])
    for verb in ("ship", "invoice"):
        assert "when an order has a status of holded" in call(world, order, verb).json()["message"]


def test_a_refund_returns_pieces_to_where_they_came_from_and_only_once(world: World) -> None:
    order = place(world, lines=[("HUB-0001", 2)])
    line = order["items"][0]["item_id"]
    ship(world, order)
    call(world, order, "invoice")
    arguments = {"shipping_amount": 0, "extension_attributes": {"return_to_stock_items": [line]}}
    assert call(world, order, "refund", (line, 1), arguments=arguments).json() == "1"
    assert held(world, "HUB-0001", "wh_detroit") == 499
    over = call(world, order, "refund", (line, 2), arguments=arguments).json()["message"]
    assert "must not be greater than the unrefunded quantity" in over
    assert call(world, order, "refund").json() == "2"
    assert held(world, "HUB-0001", "wh_detroit") == 499
    assert again(world, order)["state"] == "closed"
    assert "status of closed" in call(world, order, "refund").json()["message"]


def test_too_much_shipping_is_not_refunded(world: World) -> None:
    order = place(world, lines=[("HUB-0001", 2)], shipping=5, tax_percent=0)
    call(world, order, "invoice")
    answer = call(world, order, "refund", arguments={"shipping_amount": 6})
    assert answer.json() == {
        "message": "Maximum shipping amount allowed to refund is: %1",
        "parameters": ["$5.00"],
    }
    adjusted = {"adjustment_positive": 1, "adjustment_negative": "0.5", "shipping_amount": "2.5"}
    assert call(world, order, "refund", arguments=adjusted).json() == "1"
    assert again(world, order)["total_refunded"] == order["grand_total"] - 2


@pytest.mark.parametrize(("status", "done"), [(500, True), (500, False), (400, True)])
def test_point_22_a_busy_order_does_not_say_whether_it_was_done(
    world: World, status: int, done: bool
) -> None:
    order = place(world, lines=[("HUB-0001", 2)])
    world.arm("order_busy", times=1, entity_id=order["entity_id"], status=status, done=done)
    answer = ship(world, order)
    assert answer.status_code == status
    assert len(of(world, "shipments", order)) == done
    assert ("webapi-" in answer.text) == (status == 500)
    assert ship(world, order).status_code == (400 if done else 200)
    assert "order_busy" in FACE_KINDS


def test_the_books_show_what_a_checker_needs(world: World) -> None:
    order = place(world, lines=[("HUB-0001", 2)])
    other = place(world)
    track = {"track_number": "T-1", "title": "UPS", "carrier_code": "ups"}
    mark = {"comment": "Despatch D-1", "is_visible_on_front": 0}
    ship(world, order, tracks=[track], comment=mark, appendComment=True, notify=True)
    call(world, order, "invoice", notify=True)
    books = {row["entity_id"]: row for row in world.client.get("/_sandbox/books").json()["orders"]}
    mine = books[order["entity_id"]]
    (shipment,) = mine["shipments"]
    assert (shipment["tracks"], shipment["comments"]) == ([track], ["Despatch D-1"])
    assert shipment["source_code"] == "wh_detroit"
    assert shipment["items"][0]["qty"] == "2"
    assert mine["invoices"][0]["grand_total"] == order["grand_total"]
    assert (mine["creditmemos"], mine["mails"]) == ([], [["shipment", 1], ["invoice", 1]])
    assert books[other["entity_id"]]["shipments"] == books[other["entity_id"]]["mails"] == []
    assert world.get("shipment/1/comments")["items"][0]["is_customer_notified"] == 1


def test_numbers_count_by_store_view(world: World) -> None:
    for view in ("default", "b2b_eu", "b2b_eu"):
        order = place(world, kind="eur" if view == "b2b_eu" else "guest", store_view=view)
        assert call(world, order, "invoice").status_code == 200
    numbers = [row["increment_id"] for row in world.get("invoices?searchCriteria")["items"]]
    assert numbers == ["000000001", "3000000001", "3000000002"]


def test_what_rounding_takes_is_given_to_the_next() -> None:
    shares = Shares()
    thirds = [shares.part("", Decimal("0.10"), Decimal(3), Decimal(1)) for _ in range(3)]
    assert thirds == [Decimal("0.03"), Decimal("0.04"), Decimal("0.03")]
    assert shares.part("", Decimal(5), Decimal(2), Decimal(2)) == 5
    assert shares.part("", Decimal(0), Decimal(2), Decimal(1)) == 0
