"""Every recorded exchange that the simulated shop supports, asked again and compared field by field."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from integration.sandbox import magento_history as history
from integration.sandbox import magento_price_recordings as price_recordings
from integration.sandbox import magento_recordings as recordings
from integration.sandbox import magento_stock_recordings as stock_recordings
from integration.sandbox.magento_world import World, make_world
from tidegate_sandbox.magento import InputLimits
from tidegate_sandbox.magento.figure import encode

SHAPE_ONLY = {
    "auth-admin-token-ok",
    "customers-create-b2b",
    "customers-create-b2b-en",
    "customers-create-with-address-and-group",
    "customers-put-missing-required",
    "orders-item-ext_order_item_id-post-orders",
    "orders-status-restore-by-post-orders",
    "products-get",
    "products-get-bundle",
    "products-get-configurable",
    "products-list-fields",
    "products-list-sku-in",
    *price_recordings.SHAPE_ONLY,
    *stock_recordings.SHAPE_ONLY,
}
"""Recordings of which only the shape is given back; of the others, every value but the count of all rows."""

_TOTALS = ("total_count",)


def _order(
    entity_id: int, *, partly: bool = False, ship: bool = False, **columns: Any
) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        lines = columns.pop("items", [{"item_id": 1, "sku": "HUB-0142", "qty_ordered": 10}])
        order = world.store.load(recordings.order(entity_id, items=lines, **columns))
        if ship:
            world.shopper.ship(entity_id)
        if partly:
            order.items[0]["qty_shipped"] = 4

    return prepare


def _then(*steps: Callable[[World], Any]) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        for step in steps:
            step(world)

    return prepare


def _after_cancel(world: World) -> None:
    """Order 228 was shipped whole, order 216 in part; both were then cancelled."""
    for entity_id, lines, shipped in (
        (228, [{"item_id": 1, "qty_ordered": 1}], 1),
        (216, [{"item_id": 1, "sku": "HUB-0142", "qty_ordered": 10}], 4),
    ):
        document = recordings.order(entity_id, items=lines, grand_total=0, total_due=0)
        document["total_due"] = recordings.body("orders-get-partially-shipped-then-cancelled")["total_due"]
        order = world.store.load(document)
        order.items[0]["qty_shipped"] = shipped
        world.shopper.cancel(entity_id)


def _held(world: World) -> None:
    world.store.load(recordings.order(10))
    world.shopper.hold(10)


def _comments(*statuses: str | None) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        _order(12)(world)
        for status in statuses:
            sent = {"comment": "sent"} if status is None else {"comment": "sent", "status": status}
            world.post("orders/12/comments", {"statusHistory": sent})

    return prepare


def _wiped(world: World) -> None:
    asked = recordings.exchange("orders-comments-post-without-status-WIPES-STATUS")["request"]
    world.post("orders/227/comments", asked["body"])


def _saved(entity_id: int, before: dict[str, Any], *bodies: dict[str, Any]) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        _order(entity_id, **before)(world)
        for sent in bodies:
            world.post("orders", {"entity": {"entity_id": entity_id, **sent}})

    return prepare


def _customer_4(world: World) -> None:
    world.store.customers.put(recordings.body("customers-create-same-email-other-website"))


def _no_customers(world: World) -> None:
    for customer_id in (1, 2, 3):
        world.store.customers.remove(customer_id)


def _customer_5(world: World) -> None:
    sent = {"email": "five@example.com", "firstname": "A", "lastname": "B", "website_id": 1}
    _customer_4(world)
    world.post("customers", {"customer": sent})


def _first_order(world: World) -> None:
    world.store.load(recordings.body("orders-get-guest-tax"))


def _many(world: World) -> None:
    world.shopper.place_orders(215)


def _found_customers(world: World) -> None:
    for row in recordings.body("customers-search-updated_at")["items"]:
        world.store.customers.put(row)


def _first_groups(world: World) -> None:
    del world.store.customers.groups[4:]


def _locked(world: World) -> None:
    for _ in range(6):
        world.client.post("/rest/V1/integration/admin/token", json={"username": "admin", "password": "no"})


def _limits(world: World) -> None:
    world.store.configure(limits=InputLimits())


def _maintenance(world: World) -> None:
    world.store.set_maintenance(True)


def _limited(world: World) -> None:
    keys = world.store.add_integration("limited", ["Magento_Sales::actions_view"])
    world.client = world.connect({"Authorization": f"Bearer {keys.access_token}"})


def _signed(world: World) -> None:
    world.store.configure(bearer=False)
    world.client, _ = world.signed()


def _bad_signature(world: World) -> None:
    world.client, auth = world.signed()
    auth.keys = world.store.add_integration("other", ["x"])
    hub = world.store.integrations["hub"]
    auth.tamper = lambda sent: sent.update(oauth_consumer_key=hub.consumer_key, oauth_token=hub.access_token)


def _replayed(world: World) -> None:
    world.client, auth = world.signed()
    auth.tamper = lambda sent: sent.update(oauth_nonce="twice")
    world.client.get("/rest/V1/orders/1")


def _revoked(world: World) -> None:
    _signed(world)
    world.store.revoke_token()


def _bearer(token: str) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        world.client = world.connect({"Authorization": token} if token else {})

    return prepare


def _admin(world: World) -> None:
    token = world.store.access.admin_token("admin", "Sandbox-Admin-1")
    world.client = world.connect({"Authorization": f"Bearer {token}"})


def _expired(world: World) -> None:
    _admin(world)
    world.clock.advance(3601)


def _bearer_off(world: World) -> None:
    world.store.configure(bearer=False)


_PUT_ADDRESS = recordings.exchange("orders-put-by-id-changes-address")["request"]["body"]["entity"]
_WRITTEN = {"increment_id": None, "ext_order_id": "SO-77", "status": "no_such_status", "state": "processing"}

PREPARED: dict[str, Callable[[World], Any]] = {
    **price_recordings.PREPARED,
    **stock_recordings.PREPARED,
    **history.PREPARED,
    "orders-cancel-again": _then(_order(8), lambda world: world.shopper.cancel(8)),
    "orders-cancel-while-held": _held,
    "orders-cancel-partially-shipped": _order(216, partly=True),
    "orders-cancel-fully-shipped-not-invoiced": _order(228, ship=True),
    "orders-get-fully-shipped-after-cancel": _after_cancel,
    "orders-get-partially-shipped-then-cancelled": _after_cancel,
    "orders-get-held": _held,
    "orders-hold-again": _held,
    "orders-unhold": _held,
    "orders-unhold-again": _order(10),
    "orders-comments-post-without-status-after-get": _wiped,
    "orders-status-restore-by-post-orders": _wiped,
    "orders-ext-id-too-long-after-get": _saved(210, {}, {"ext_order_id": "X" * 40}),
    "orders-null-wipes-increment_id-after-get": _saved(
        12,
        {"grand_total": recordings.body("orders-null-wipes-increment_id-after-get")["grand_total"]},
        {"ext_order_id": "SO-000123"},
        {"ext_customer_id": "CUST-001", "increment_id": None},
    ),
    "orders-post-item-partial-after-get": _saved(
        13,
        {"items": [{"item_id": 26, "sku": "HUB-0018", "qty_ordered": 2}]},
        {"items": [{"item_id": 26, "ext_order_item_id": "LINE-1"}]},
    ),
    "orders-status-change-after-get": _saved(13, {"items": [{"item_id": 26, "sku": "HUB-0018"}]}, _WRITTEN),
    "orders-put-by-id-changes-address": lambda world: (
        world.store.load({**recordings.order(13), "billing_address": dict(_PUT_ADDRESS)}) and None
    ),
    "orders-item-ext_order_item_id-post-orders": _order(13, items=[{"item_id": 26, "sku": "HUB-0018"}]),
    "customerGroups-search-initial": _first_groups,
    "customers-create-b2b": _no_customers,
    "customers-create-b2b-en": _no_customers,
    "customers-create-with-address-and-group": _no_customers,
    "customers-delete": _customer_4,
    "orders-get-fields-filter": _first_order,
    "orders-list-last-page": _many,
    "customers-search-updated_at": _found_customers,
    "customers-search-by-email": _customer_4,
    "customers-put-duplicate-email": _customer_5,
    "customers-get-after-put-partial": lambda world: (
        world.store.customers.put(recordings.body("customers-get-after-put-partial")) and None
    ),
    "auth-admin-token-locked-account": _locked,
    "auth-admin-token-use": _admin,
    "error-401-admin-token-expired": _expired,
    "auth-oauth1-hmac-sha256-ok": _signed,
    "auth-oauth1-works-with-bearer-disabled": _signed,
    "auth-oauth1-with-query": _signed,
    "auth-oauth1-bad-signature": _bad_signature,
    "auth-oauth1-replayed-nonce": _replayed,
    "auth-oauth1-revoked-token": _revoked,
    "error-401-bad-token": _bearer("Bearer no-such-token"),
    "error-401-basic-auth": _bearer("Basic aHViOmh1Yg=="),
    "error-401-no-token": _bearer(""),
    "error-401-revoked-token": lambda world: world.store.revoke_token(),
    "error-401-integration-bearer-disabled-default": _bearer_off,
    "error-401-limited-token-other-resource": _limited,
    "limited-token-allowed-orders": _limited,
    "limits-on-default-page-size": _limits,
    "limits-on-error-page-size-over-300": _limits,
    "error-503-maintenance": _maintenance,
    "error-503-maintenance-accept-xml": _maintenance,
    "error-503-maintenance-post": _maintenance,
}


def _load_from_the_recording(world: World, name: str) -> None:
    """Put into the shop the orders that the answer shows, and the one that the call names."""
    request, answer = recordings.exchange(name)["request"], recordings.exchange(name)["response"]
    body = recordings.body(name)
    named = re.search(r"/orders/(\d+)", request["path"])
    sent = request["body"] if isinstance(request.get("body"), dict) else {}
    entity_id = int(named[1]) if named else sent.get("entity", {}).get("entity_id")
    shown = body if isinstance(body, dict) and answer["status"] == 200 else {}
    if request["path"].endswith("/orders"):
        for item in shown.get("items") or []:
            if isinstance(item, dict) and "payment" in item:
                world.store.load(item)
            elif isinstance(item, dict) and "entity_id" in item:
                _load(world, item)
    elif name == "orders-items-search":
        world.store.load(recordings.body("orders-get-guest-tax"))
    if entity_id in (None, 999999, 99999999):
        return
    if "payment" in shown and "extension_attributes" in shown:
        world.store.load(shown)
    elif "comments" in request["path"] and shown:
        _load(world, {"entity_id": entity_id, "status_histories": shown["items"][::-1]})
    else:
        kept = {
            key: value
            for key, value in shown.items()
            if key not in sent.get("entity", {}) or key == "entity_id"
        }
        _load(world, {**kept, "entity_id": entity_id})


def _load(world: World, part: dict[str, Any]) -> None:
    part = {key: value for key, value in part.items() if not isinstance(value, dict) or "entity_id" in value}
    world.store.load(recordings.order(**part))


def _ask(world: World, request: dict[str, Any]) -> httpx.Response:
    headers = {key: value for key, value in request["headers"].items() if key in ("Accept", "Content-Type")}
    content: dict[str, Any] = {}
    if request.get("raw_body") is not None and "<masked>" not in request["raw_body"]:
        content = {"content": request["raw_body"].encode()}
    elif "admin/token" in request["path"]:
        sent = request.get("body") or {"username": "admin", "password": "<masked>"}
        password = sent["password"].replace("<masked>", "Sandbox-Admin-1")
        content = {"json": {**sent, "password": password}}
    elif request.get("body") is not None:
        content = {"content": encode(request["body"])}
        headers.setdefault("Content-Type", "application/json")
    if "content" in content and "Content-Type" not in headers:
        headers["Content-Type"] = ""
    query = parse_qsl(request.get("query") or "", keep_blank_values=True)
    verb, path = str(request["method"]), str(request["path"])
    return world.client.request(verb, path, params=query or None, headers=headers, **content)


@pytest.mark.parametrize("name", recordings.names())
def test_the_shop_answers_as_recorded(name: str) -> None:
    """Status, content type and body: the shape of each, the values of nearly all."""
    recorded = recordings.exchange(name)["response"]
    world = make_world()
    expected = recordings.body(name)
    if isinstance(expected, dict) and isinstance(expected.get("updated_at"), str):
        world.clock.set(datetime.fromisoformat(expected["updated_at"]).replace(tzinfo=UTC))
    _load_from_the_recording(world, name)
    PREPARED.get(name, lambda _: None)(world)
    answer = _ask(world, recordings.exchange(name)["request"])
    assert answer.status_code == recorded["status"], answer.text
    assert answer.headers["content-type"] == recorded["headers"]["Content-Type"]
    if recorded.get("body") is None:
        assert answer.text == recorded.get("raw_body", answer.text)
        return
    found = answer.json()
    if name not in SHAPE_ONLY:
        timeless = name in history.PREPARED
        _same_values(*(recordings.masked(body, timeless=timeless) for body in (expected, found)))
    assert recordings.differences(expected, found) == []


def _same_values(expected: Any, found: Any) -> None:
    """Equal, but for how many rows a shop has that is not the recorded one, and for list entries cut out."""
    for side in (expected, found):
        if isinstance(side, dict):
            for key in _TOTALS:
                side.pop(key, None)
    if isinstance(expected, dict) and any("trimmed" in str(item) for item in expected.get("items") or []):
        expected.pop("items")
        found.pop("items")
    assert found == expected


def test_the_recordings_are_there() -> None:
    """The table above is only worth what it covers."""
    assert len(recordings.names()) >= 150
    assert set(PREPARED) <= set(recordings.names())
    print(f"{len(recordings.names())} recorded exchanges are compared")
