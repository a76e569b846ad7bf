"""What is written to an order: the ERP's number, comments that wipe, and what moves ``updated_at``."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox.magento_world import START, World, make_world
from tidegate_sandbox.magento.refusal import Refusal

PLACED = f"{START:%Y-%m-%d %H:%M:%S}"
LATER = f"{START + timedelta(hours=1):%Y-%m-%d %H:%M:%S}"


@pytest.fixture
def world() -> World:
    """A shop with one order of two lines, an hour old."""
    made = make_world()
    made.shopper.place_order("guest", lines=(("HUB-0001", 2), ("HUB-0002", 1)))
    made.clock.advance(3600)
    return made


def save(world: World, **columns: Any) -> Any:
    return world.post("orders", {"entity": {"entity_id": 1, **columns}})


def comment(world: World, **entry: Any) -> Any:
    return world.post("orders/1/comments", {"statusHistory": entry})


def test_the_erps_number_is_stored_and_found(world: World) -> None:
    """Point 10: the answer's money is not to be read, what is stored stays."""
    before = world.get("orders/1")
    answer = save(world, ext_order_id="SO-1")
    assert (answer["ext_order_id"], answer["grand_total"], answer["base_total_due"]) == ("SO-1", None, 0)
    assert world.ids(("ext_order_id", "eq", "so-1")) == [1]
    assert world.ids(("ext_order_id", "notnull", "1")) == [1]
    assert world.ids(("ext_order_id", "null", "1")) == []
    after = world.get("orders/1")
    assert after == {**before, "ext_order_id": "SO-1", "updated_at": LATER}


def test_a_long_number_is_cut_silently(world: World) -> None:
    assert save(world, ext_order_id="X" * 40)["ext_order_id"] == "X" * 40
    assert world.get("orders/1")["ext_order_id"] == "X" * 32
    assert world.ids(("ext_order_id", "eq", "X" * 40)) == []


def test_put_create_saves_just_so(world: World) -> None:
    sent = {"entity": {"entity_id": 1, "ext_order_id": "SO-2", "increment_id": "000000001"}}
    assert world.client.put("/rest/V1/orders/create", json=sent).status_code == 200
    assert world.get("orders/1")["ext_order_id"] == "SO-2"


def test_null_overwrites(world: World) -> None:
    """Point 11."""
    save(world, ext_order_id="SO-1")
    save(world, increment_id=None, ext_order_id=None)
    after = world.get("orders/1")
    assert "increment_id" not in after
    assert "ext_order_id" not in after
    assert world.ids(("increment_id", "eq", "000000001")) == []
    assert world.ids(("increment_id", "null", "1")) == [1]


def test_only_a_changed_value_moves_the_time(world: World) -> None:
    save(world, ext_order_id="SO-1")
    world.clock.advance(60)
    save(world, ext_order_id="SO-1")
    save(world, items=[{"item_id": 1, "ext_order_item_id": "L-1"}])
    comment(world, comment="seen", status="pending")
    assert world.get("orders/1")["updated_at"] == LATER
    assert world.get("orders/1")["items"][0]["ext_order_item_id"] == "L-1"
    comment(world, comment="goes on", status="processing")
    assert world.get("orders/1")["updated_at"] > LATER


@pytest.mark.parametrize(
    "entity",
    [
        {"entity_id": 1, "sage_number": "SO-1"},
        {"entity_id": 1, "extension_attributes": {"sage_number": "SO-1"}},
        {"entity_id": 1, "items": [{"item_id": 99}]},
        {"entity_id": 1, "items": [{"item_id": 1, "sage_line": 1}]},
        "text",
    ],
)
def test_what_magento_does_not_know_is_a_500(world: World, entity: object) -> None:
    answer = world.client.post("/rest/V1/orders", json={"entity": entity})
    assert answer.status_code == 500
    assert answer.json()["message"].startswith("Internal Error. Details are available in Magento log file.")
    assert world.get("orders/1")["updated_at"] == PLACED


def test_an_order_that_is_not_there_is_not_made(world: World) -> None:
    for sent in ({"entity_id": 99, "ext_order_id": "X"}, {"ext_order_id": "X"}):
        answer = world.client.post("/rest/V1/orders", json={"entity": sent})
        assert (answer.status_code, answer.json()) == (
            400,
            {"message": "Please provide payment for the order."},
        )
    assert len(world.store.books()["orders"]) == 1


def test_a_comment_without_status_wipes_the_status(world: World) -> None:
    """Point 1."""
    assert comment(world, comment="Exported") is True
    after = world.get("orders/1")
    assert "status" not in after
    assert after["state"] == "new"
    assert after["updated_at"] == LATER
    assert world.get("orders/1/statuses") is None
    assert world.ids(("status", "eq", "pending")) == []
    assert world.ids(("status", "neq", "canceled")) == []
    assert world.ids(("status", "null", "1")) == [1]
    save(world, status="pending")
    assert world.ids(("status", "eq", "pending")) == [1]


def test_any_status_is_taken_and_the_state_can_be_forced(world: World) -> None:
    comment(world, comment="?", status="no_such_status")
    assert world.get("orders/1/statuses") == "no_such_status"
    save(world, state="complete", status="complete")
    assert world.get("orders/1?fields=state,status") == {"state": "complete", "status": "complete"}


def test_comments_come_newest_first_in_the_order_and_oldest_first_in_their_list(world: World) -> None:
    for text in ("first", "second"):
        comment(world, comment=text, status="pending", is_visible_on_front=1, is_customer_notified=0)
    histories = world.get("orders/1")["status_histories"]
    assert [entry["comment"] for entry in histories] == ["second", "first"]
    assert world.get("orders/1/comments")["items"] == histories[::-1]


def test_cancelling(world: World) -> None:
    """Point 12: what is still due stays due."""
    assert world.post("orders/1/cancel", {}) is True
    after = world.get("orders/1")
    assert (after["state"], after["status"]) == ("canceled", "canceled")
    assert after["total_due"] == after["total_canceled"] == after["grand_total"]
    assert [item["qty_canceled"] for item in after["items"]] == [2, 1]
    assert world.post("orders/1/cancel", {}) is False
    shipped = world.shopper.place_order("guest", lines=(("HUB-0001", 5),))
    world.shopper.ship(shipped, partly=True)
    assert world.post(f"orders/{shipped}/cancel", {}) is True
    line = world.get(f"orders/{shipped}")["items"][0]
    assert (line["qty_shipped"], line["qty_canceled"]) == (2, 3)
    assert world.post(f"orders/{world.shopper.place_order('complete')}/cancel", {}) is False


def test_holding(world: World) -> None:
    assert world.post("orders/1/hold", {}) is True
    assert world.get("orders/1")["hold_before_status"] == "pending"
    assert world.post("orders/1/cancel", {}) is False
    with pytest.raises(Refusal, match="A hold action is not available"):
        world.shopper.hold(1)
    assert world.post("orders/1/unhold", {}) is True
    assert "hold_before_status" not in world.get("orders/1")
    with pytest.raises(Refusal, match="You cannot remove the hold"):
        world.shopper.unhold(1)


def test_an_edit_cancels_and_copies(world: World) -> None:
    second = world.shopper.edit_order(1)
    third = world.shopper.edit_order(second)
    old, new, newest = (world.get(f"orders/{entity_id}") for entity_id in (1, second, third))
    assert [order["state"] for order in (old, new, newest)] == ["canceled", "canceled", "new"]
    assert (new["increment_id"], newest["increment_id"]) == ("000000001-1", "000000001-2")
    assert (old["relation_child_id"], old["relation_child_real_id"]) == (str(second), "000000001-1")
    assert (new["relation_parent_id"], new["relation_parent_real_id"]) == ("1", "000000001")
    assert (newest["edit_increment"], newest["original_increment_id"]) == (2, "000000001")
    assert newest["grand_total"] > new["grand_total"] > old["grand_total"]
    following = world.shopper.place_order("guest")
    assert world.get(f"orders/{following}")["increment_id"] == "000000002"
    with pytest.raises(ValueError, match="cannot be edited"):
        world.shopper.edit_order(1)


def test_payments_that_come_later(world: World) -> None:
    waiting, reviewed = (world.shopper.place_order(kind) for kind in ("pending_payment", "payment_review"))
    assert [world.get(f"orders/{i}/statuses") for i in (waiting, reviewed)] == [
        "pending_payment",
        "payment_review",
    ]
    world.clock.advance(60)
    for entity_id in (waiting, reviewed):
        world.shopper.pay(entity_id)
        order = world.get(f"orders/{entity_id}")
        assert (order["state"], order["total_due"]) == ("processing", 0)
        assert order["total_paid"] == order["grand_total"]
        assert order["updated_at"] > LATER
    world.shopper.ship(waiting)
    assert world.get(f"orders/{waiting}/statuses") == "complete"


def test_an_address_is_changed_below_the_orders_own_path(world: World) -> None:
    billing = world.get("orders/1")["billing_address"]
    sent = {"entity": {"entity_id": billing["entity_id"], "telephone": "1", "city": "X"}}
    assert world.client.put("/rest/V1/orders/1", json=sent).json()["telephone"] == "1"
    after = world.get("orders/1")
    assert after["billing_address"] == {**billing, "telephone": "1", "city": "X"}
    assert after["updated_at"] == PLACED


def test_the_books_tell_what_was_written(world: World) -> None:
    save(world, ext_order_id="SO-1")
    save(world, ext_order_id="SO-1")
    comment(world, comment="Exported", status="pending", is_visible_on_front=1)
    books = world.store.books()
    (order,) = books["orders"]
    assert (books["writes"], order["writes"], books["requests"]) == (3, 3, 3)
    assert order["comments"] == [{"text": "Exported", "status": "pending", "visible": 1, "notified": None}]
    assert (order["ext_order_id"], order["increment_id"], order["relation_parent_id"]) == (
        "SO-1",
        "000000001",
        None,
    )
    assert isinstance(order["grand_total"], Decimal | int)
    assert order["created_at"] == PLACED
