"""Changing and deleting sales orders (contract §5, §9.6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integration.sandbox.sage200_world import Sage, instant, sage


def three_lines(world: Sage) -> Any:
    return world.enter(*(world.item_line(f"HUB-000{number}", 2) for number in (1, 2, 3)))


def test_only_the_fields_sent_change() -> None:
    world = sage()
    order = world.enter(spare_text_1="key", delivery_address={"city": "Leeds", "postcode": "LS1 1AA"})
    changed = world.put(
        f"sop_orders/{order['id']}", {"analysis_code_2": "x", "delivery_address": {"city": "York"}}
    )
    assert changed["analysis_code_2"] == "x"
    assert changed["spare_text_1"] == "key"
    assert instant(changed["date_time_updated"]) > instant(order["date_time_updated"])
    assert changed["lines"] == order["lines"]
    address = world.get(f"sop_orders/{order['id']}", expand="delivery_address")["delivery_address"]
    assert (address["city"], address["postcode"]) == ("York", "LS1 1AA")
    moved = world.put(f"sop_orders/{order['id']}", {"customer_document_no": "NEW"})
    assert moved["customer_document_no"] == "NEW"
    assert world.get("sop_orders", filter="customer_document_no eq '000000123'") == []
    assert world.one("sop_orders", "customer_document_no eq 'new'")["id"] == order["id"]


def test_lines_are_changed_added_and_removed() -> None:
    world = sage()
    order = three_lines(world)
    first, second, third = (line["id"] for line in order["lines"])
    changed = world.put(
        f"sop_orders/{order['id']}",
        {
            "lines": [
                {"id": first, "line_quantity": 5},
                {"id": second, "is_to_delete": True},
                world.item_line("HUB-0004", 1),
            ]
        },
    )
    assert [(line["id"], line["line_quantity"]) for line in changed["lines"]][:2] == [
        (first, 5.0),
        (third, 2.0),
    ]
    assert changed["lines"][2]["code"] == "HUB-0004"
    stock = world.company.books()["stock"]
    assert [stock[f"HUB-000{n}"]["HOME"]["allocated"] for n in (1, 2, 3, 4)] == ["5", "0", "2", "1"]
    assert world.company.books()["violations"] == []


def test_a_change_that_fails_on_the_second_of_three_lines_keeps_the_first() -> None:
    world = sage()
    order = three_lines(world)
    first, second, third = (line["id"] for line in order["lines"])
    refusal = world.put(
        f"sop_orders/{order['id']}",
        {
            "analysis_code_1": "changed",
            "lines": [
                {"id": first, "line_quantity": 7},
                {"id": second, "line_quantity": -1},
                {"id": third, "line_quantity": 9},
            ],
        },
        400,
    )
    assert "lines[1].quantity" in refusal["ModelState"]
    after = world.get(f"sop_orders/{order['id']}", expand="lines")
    assert [line["line_quantity"] for line in after["lines"]] == [7.0, 2.0, 2.0]
    assert after["analysis_code_1"] == "changed"
    assert (
        Decimal(str(after["total_net_value"]))
        == Decimal("10.37") * 7 + Decimal("10.74") * 2 + Decimal("11.11") * 2
    )
    assert instant(after["date_time_updated"]) > instant(order["date_time_updated"])


def test_a_line_that_does_not_exist_cannot_be_changed() -> None:
    world = sage()
    order = three_lines(world)
    world.put(f"sop_orders/{order['id']}", {"lines": [{"id": 1, "line_quantity": 1}]}, 400)
    world.put("sop_orders/1", {"analysis_code_1": "x"}, 404)
    world.put(f"sop_orders/{order['id']}", {"customer_id": world.company.customer("GUS01").id}, 400)


def test_a_locked_order_is_changed_by_its_holder_only() -> None:
    world = sage(orders_amended_by_lock=True)
    order = world.enter()
    lock = world.get(f"sop_orders/{order['id']}", expand="is_to_lock")["lock_id"]
    world.put(f"sop_orders/{order['id']}", {"analysis_code_1": "x"}, 400)
    done = world.put(
        f"sop_orders/{order['id']}", {"analysis_code_1": "x", "lock_id": lock, "is_editing": False}
    )
    assert done["lock_id"] is None
    world.put(f"sop_orders/{order['id']}", {"analysis_code_1": "y"})


def test_an_order_is_deleted_until_goods_have_left() -> None:
    world = sage()
    order = world.enter(world.item_line(quantity=3))
    assert world.call("DELETE", f"sop_orders/{order['id']}").status_code == 200
    assert world.call("GET", f"sop_orders/{order['id']}").status_code == 404
    assert world.call("DELETE", f"sop_orders/{order['id']}").status_code == 404
    assert world.get("sop_orders", filter="customer_document_no eq '000000123'") == []
    books = world.company.books()
    assert books["stock"]["HUB-0001"]["HOME"]["allocated"] == "0"
    assert [one["status"] for one in books["orders_by_reference"]["000000123"]] == ["deleted"]
    kept = world.enter(world.item_line(quantity=3))
    world.control("despatch", {"order": kept["document_no"], "quantities": {"HUB-0001": 1}})
    answer = world.call("DELETE", f"sop_orders/{kept['id']}")
    assert answer.status_code == 403
    assert answer.json() == {"Message": "The requested operation is forbidden for this account."}


def test_what_left_cannot_be_taken_off() -> None:
    world = sage()
    order = world.enter(world.item_line(quantity=3))
    world.control("despatch", {"order": order["document_no"], "quantities": {"HUB-0001": 2}})
    line = order["lines"][0]["id"]
    world.put(f"sop_orders/{order['id']}", {"lines": [{"id": line, "line_quantity": 1}]}, 400)
    world.put(f"sop_orders/{order['id']}", {"lines": [{"id": line, "is_to_delete": True}]}, 400)
    done = world.put(f"sop_orders/{order['id']}", {"lines": [{"id": line, "line_quantity": 2}]})
    assert done["despatch_receipt_status"] == "EnumTradeLineStatusFully"
    world.control("invoice-run", {})
    world.put(f"sop_orders/{order['id']}", {"analysis_code_1": "late"}, 400)
