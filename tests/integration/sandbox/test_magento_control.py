"""The shop from outside: its control routes, its own faults and those of the wire, customers, real sockets."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from integration.sandbox.magento_world import World, make_world
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.server import SandboxServer


@pytest.fixture
def world() -> World:
    """A shop with nothing sold yet."""
    return make_world()


def control(world: World, path: str, body: dict[str, Any]) -> Any:
    answer = world.client.post(f"/_sandbox/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_orders_are_placed_from_outside(world: World) -> None:
    made = control(world, "orders", {"kind": "eur", "count": 3, "seed": 5, "note": "asap"})
    assert made == {"entity_ids": [1, 2, 3]}
    books = world.client.get("/_sandbox/books").json()
    assert [order["increment_id"] for order in books["orders"]] == ["3000000001", "3000000002", "3000000003"]
    assert (books["writes"], books["requests"]) == (0, 0)
    sent = {"kind": "guest", "lines": [["HUB-0001", 2], ["HUB-0002", 1, 9.5]], "tax_percent": 8.25, "seed": 5}
    (entity_id,) = control(world, "orders", sent)["entity_ids"]
    assert world.get(f"orders/{entity_id}")["subtotal"] == 30.24
    assert books == {**world.store.books(), "orders": books["orders"], "requests": 0}


def test_deeds_from_outside(world: World) -> None:
    control(world, "orders", {"kind": "guest", "count": 4, "seed": 9})
    assert control(world, "orders/1", {"action": "edit"}) == {"result": 5}
    assert control(world, "orders/2", {"action": "cancel"}) == {"result": True}
    control(world, "orders/3", {"action": "set_state", "state": "processing", "status": "picking"})
    control(world, "orders/4", {"action": "ship", "partly": False})
    assert [world.get(f"orders/{i}/statuses") for i in range(1, 5)] == [
        "canceled",
        "canceled",
        "picking",
        "processing",
    ]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("orders", {"kind": "no such kind"}),
        ("orders", {"colour": "red"}),
        ("orders/99", {"action": "cancel"}),
        ("orders/1", {"action": "burn"}),
        ("orders/1", {}),
        ("maintenance", {}),
        ("settings", {"language": "fr"}),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(world: World, path: str, body: dict[str, Any]) -> None:
    answer = world.client.post(f"/_sandbox/{path}", json=body)
    assert answer.status_code == 400
    assert "Error" in answer.json()["message"]


def test_maintenance_is_a_page_of_html_for_every_call(world: World) -> None:
    assert control(world, "maintenance", {"on": True}) == {"on": True}
    answer = world.client.get("/rest/V1/orders/1")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=UTF-8")
    assert "Retry-After" not in answer.headers
    control(world, "maintenance", {"on": False})
    assert world.client.get("/rest/V1/orders/1").status_code == 404
    world.arm("maintenance")
    assert world.client.get("/rest/V1/orders/1").status_code == 503
    world.faults.clear()
    world.arm("maintenance", times=1)
    statuses = [world.client.get("/rest/V1/store/websites").status_code for _ in range(2)]
    assert statuses == [503, 200]


def test_settings(world: World) -> None:
    found = control(world, "settings", {"bearer": False, "limits": {"page_size": 50}})
    assert found == {"bearer": False, "limits": True}
    assert world.client.get("/rest/V1/orders?searchCriteria[pageSize]=51").status_code == 401
    control(world, "settings", {"bearer": True})
    assert world.client.get("/rest/V1/orders?searchCriteria[pageSize]=51").status_code == 400
    assert control(world, "settings", {"limits": False}) == {"bearer": True, "limits": False}


@pytest.mark.parametrize(
    ("status", "content_type", "words"),
    [
        (401, "application/json; charset=utf-8", "The consumer isn't authorized"),
        (
            500,
            "application/json; charset=utf-8",
            "Internal Error. Details are available in Magento log file.",
        ),
        (502, "text/html", "502 Bad Gateway"),
        (503, "text/html; charset=UTF-8", "Service Temporarily Unavailable"),
        (504, "text/html", "504 Gateway Timeout"),
        (520, "text/html", "520 Unknown"),
    ],
)
def test_errors_made_on_the_wire_look_like_magentos(
    world: World, status: int, content_type: str, words: str
) -> None:
    world.faults.add(Fault("status", options={"status": status}))
    answer = world.client.get("/rest/V1/orders/1")
    assert (answer.status_code, answer.headers["content-type"]) == (status, content_type)
    assert words in answer.text


def test_only_faults_that_the_shop_knows_can_be_armed(world: World) -> None:
    fault = {"kind": "poison_order", "options": {"entity_id": 3}, "times": None}
    assert world.client.post("/_sandbox/faults", json=fault).status_code < 300
    assert world.client.post("/_sandbox/faults", json={"kind": "seat_limit"}).status_code == 400


def test_the_order_is_written_once_though_the_answer_is_lost(world: World) -> None:
    control(world, "orders", {"kind": "guest"})
    world.faults.add(Fault("drop_after", method="POST"))
    sent = {"entity": {"entity_id": 1, "ext_order_id": "SO-1"}}
    with pytest.raises(httpx.RemoteProtocolError):
        world.client.post("/rest/V1/orders", json=sent)
    assert world.get("orders/1")["ext_order_id"] == "SO-1"


def test_customers(world: World) -> None:
    """Point 26."""
    new = {"email": "new@example.com", "firstname": "N", "lastname": "W"}
    made = world.post(
        "customers", {"customer": {**new, "addresses": [{"city": "X", "default_billing": True}]}}
    )
    assert (made["id"], made["default_billing"], made["group_id"]) == (4, str(made["addresses"][0]["id"]), 1)
    put = world.client.put("/rest/V1/customers/4", json={"customer": {"id": 4, "group_id": 2}}).json()
    assert (put["group_id"], put["addresses"]) == (2, made["addresses"])
    put = world.client.put("/rest/V1/customers/4", json={"customer": {"id": 4, "addresses": []}}).json()
    assert put["addresses"] == []
    assert "default_billing" not in put
    order = world.shopper.place_order("customer", customer=4)
    assert world.get(f"orders/{order}")["customer_id"] == 4
    assert world.client.delete("/rest/V1/customers/4").json() is True
    assert world.client.get("/rest/V1/customers/4").status_code == 404


def test_products_and_store_codes(world: World) -> None:
    prices = [
        world.client.get(f"/rest/{code}V1/products/hub-0001").json()["price"]
        for code in ("", "all/", "b2b_en/")
    ]
    assert prices == [10.37, 10.37, 8.19]
    query = "searchCriteria[pageSize]=1000&searchCriteria[currentPage]=2&fields=items[sku],total_count"
    assert world.get(f"products?{query}") == {
        "items": [{"sku": f"HUB-{number:04}"} for number in range(997, 1001)],
        "total_count": 1004,
    }


def test_over_real_sockets(world: World) -> None:
    world.shopper.place_orders(5)
    world.store.configure(bearer=False)
    with (
        SandboxServer(world.wire) as server,
        httpx.Client(base_url=server.url, headers=world.client.headers, timeout=10) as client,
    ):
        assert client.get("/rest/V1/orders/1").status_code == 401
        world.store.configure(bearer=True)
        found = client.get("/rest/V1/orders?searchCriteria[pageSize]=2&fields=items[entity_id]")
        assert found.json() == {"items": [{"entity_id": 1}, {"entity_id": 2}]}
        assert client.get("/rest/V1/products/A%2FB").json()["message"].startswith("The product that was")
