"""Bulk calls of the simulated shop: accepted now, carried out later, and not always what they say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integration.sandbox.magento_world import World, criteria, make_world
from tidegate_sandbox.magento import InputLimits

SKU = "HUB-0142"
OPEN = 4


@pytest.fixture
def world() -> World:
    """A shop with nothing sold yet."""
    return make_world()


def item(quantity: int, source: str = "wh_detroit", sku: str = SKU) -> dict[str, Any]:
    return {"sku": sku, "source_code": source, "quantity": quantity, "status": 1}


def send(world: World, *elements: object, code: str = "all/", path: str = "inventory/source-items") -> Any:
    answer = world.client.post(f"/rest/{code}async/bulk/V1/{path}", json=list(elements))
    assert answer.status_code == 202, answer.text
    return answer.json()


def statuses(world: World, uuid: str) -> list[int]:
    return [operation["status"] for operation in world.get(f"bulk/{uuid}/status")["operations_list"]]


def lies(world: World, source: str = "wh_detroit") -> Any:
    found = world.store.stock.item(SKU, source)
    return found and found.row["quantity"]


def test_point_27_operations_wait_for_the_consumer(world: World) -> None:
    sent = send(world, {"sourceItems": [item(81)]}, {"sourceItems": [item(7, "nowhere")]})
    assert [entry["status"] for entry in sent["request_items"]] == ["accepted", "accepted"]
    assert (statuses(world, sent["bulk_uuid"]), lies(world)) == ([OPEN, OPEN], 500)
    world.clock.advance(1.9)
    assert statuses(world, sent["bulk_uuid"]) == [OPEN, OPEN]
    world.clock.advance(0.1)
    assert (statuses(world, sent["bulk_uuid"]), lies(world)) == ([1, 3], 81)
    assert world.get(f"bulk/{sent['bulk_uuid']}/operation-status/3") == 1


def test_a_scenario_may_step_the_consumer(world: World) -> None:
    sent = send(world, *({"sourceItems": [item(number)]} for number in range(1, 5)))
    assert (world.store.bulk.consume(3), lies(world)) == (3, 3)
    assert statuses(world, sent["bulk_uuid"]) == [1, 1, 1, OPEN]
    assert (world.store.bulk.consume(), world.store.bulk.consume()) == (1, 0)


def test_point_27_without_its_consumer_nothing_is_done(world: World) -> None:
    world.arm("consumer_stopped")
    uuid = send(world, {"sourceItems": [item(81)]})["bulk_uuid"]
    world.clock.advance(3600)
    assert (statuses(world, uuid), world.store.bulk.consume()) == ([OPEN], 0)
    world.faults.clear()
    assert (statuses(world, uuid), lies(world)) == ([1], 81)


def test_point_27_a_lost_operation_never_appears(world: World) -> None:
    world.arm("bulk_lies", times=1, operation=1)
    sent = send(world, *({"sourceItems": [item(number)]} for number in (1, 2)))
    assert len(sent["request_items"]) == 2
    world.store.bulk.consume()
    report = world.get(f"bulk/{sent['bulk_uuid']}/detailed-status")
    assert (report["operation_count"], [one["id"] for one in report["operations_list"]]) == (2, [0])
    assert lies(world) == 1


def test_point_27_done_may_be_a_lie(world: World) -> None:
    world.arm("bulk_lies", times=1, lie="unwritten")
    uuid = send(world, {"sourceItems": [item(1)]})["bulk_uuid"]
    world.store.bulk.consume()
    assert (statuses(world, uuid), lies(world)) == ([1], 500)


def test_a_single_call_may_be_made_later_too(world: World) -> None:
    answer = world.client.post("/rest/all/async/V1/inventory/source-items", json={"sourceItems": [item(5)]})
    assert (answer.status_code, lies(world)) == (202, 500)
    world.store.bulk.consume()
    assert lies(world) == 5


def test_point_27_path_parameters_are_in_the_body(world: World) -> None:
    elements = [
        {"productSku": SKU, "itemId": 142, "stockItem": {"qty": 33, "is_in_stock": True}},
        {"productSku": SKU, "stockItem": {"qty": 34}},
    ]
    path = "/rest/all/async/bulk/V1/products/byProductSku/stockItems/byItemId"
    uuid = world.client.put(path, json=elements).json()["bulk_uuid"]
    world.store.bulk.consume()
    assert (statuses(world, uuid), lies(world, "default")) == ([1, 3], 33)
    assert world.client.put("/rest/all/async/bulk/V1/products/X/stockItems/1", json=[]).status_code == 404


def test_point_27_an_operation_runs_in_the_scope_of_its_url(world: World) -> None:
    customer = {"firstname": "A", "lastname": "B"}
    for number, code in enumerate(("all/", "b2b_en/", "")):
        send(
            world,
            {"customer": {**customer, "email": f"{number}@example.com"}},
            code=code,
            path="customers",
        )
    found = world.get(f"bulk?{criteria(('status', 'eq', '4'))}")
    kept = [json.loads(operation["serialized_data"])["store_id"] for operation in found["items"]]
    assert kept == ["0", "2", "1"]
    world.store.bulk.consume()
    made = [row["website_id"] for row in world.store.customers.all() if "@example.com" in row["email"]]
    assert made[-3:] == [1, 2, 1]


def test_what_is_refused_at_once(world: World) -> None:
    path = "/rest/all/async/bulk/V1/inventory/source-items"
    for body in ({"sourceItems": [item(1)]}, [{"items": []}], ["x"]):
        assert world.client.post(path, json=body).json()["parameters"] == {"fieldName": "sourceItems"}
    assert world.client.get(path).status_code == 400
    assert world.client.post("/rest/all/async/bulk/V1/nothing", json=[]).status_code == 404
    stranger = world.connect({"Authorization": "Bearer none"})
    assert stranger.post(path, json=[{"sourceItems": [item(1)]}]).status_code == 401
    assert world.store.bulk.batches == {}


def test_point_28_the_limit_holds_within_an_element_and_not_for_their_number(world: World) -> None:
    world.store.configure(limits=InputLimits(list_length=20))
    send(world, *({"sourceItems": [item(1)]} for _ in range(25)))
    answer = world.client.post(
        "/rest/all/async/bulk/V1/inventory/source-items", json=[{"sourceItems": [item(1)] * 25}]
    )
    assert answer.status_code == 400
    assert answer.json()["parameters"]["max"] == 20
