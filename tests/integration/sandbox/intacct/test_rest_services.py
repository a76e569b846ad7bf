"""REST v1: query service, composite, bulk, idempotency, asynchronous work (contract §15.4 to §15.6)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from integration.sandbox.intacct.rest_documents import CUSTOMERS, ORDER, ORDERS, error, result
from integration.sandbox.intacct.world import World
from tidegate_sandbox.faults import Fault


def test_the_query_service(world: World) -> None:
    def ask(**body: Any) -> Any:
        return world.rest(
            "POST", "/services/core/query", {"object": "inventory-control/item", "fields": ["id"], **body}
        )

    def ids(*filters: Any, **more: Any) -> list[str]:
        answer = ask(filters=list(filters), orderBy=[{"id": "asc"}], **more)
        return [one["id"] for one in result(answer)]

    assert ids({"$eq": {"id": "KIT-1"}}) == ["KIT-1"]
    assert len(ids({"$ne": {"id": "KIT-1"}})) == 10
    assert ids({"$gt": {"basePrice": "45"}}) == ["SKIT-1"]
    assert ids({"$gte": {"basePrice": 45}}) == ["KIT-1", "SKIT-1"]
    assert ids({"$lt": {"basePrice": "10"}}) == ["PACKING"]
    assert ids({"$lte": {"basePrice": "1.00"}}) == ["PACKING"]
    assert ids({"$in": {"id": ["KIT-1", "X"]}}) == ["KIT-1"]
    assert len(ids({"$notIn": {"id": ["KIT-1", "SKIT-1"]}})) == 9
    assert ids({"$between": {"basePrice": ["40", "50"]}}) == ["INSTALL", "KIT-1"]
    assert len(ids({"$notBetween": {"basePrice": ["40", "50"]}})) == 9
    assert ids({"$contains": {"id": "KIT"}}) == ["KIT-1", "SKIT-1"]
    assert len(ids({"$notContains": {"id": "KIT"}})) == 9
    assert ids({"$startsWith": {"id": "KIT"}}) == ["KIT-1"]
    assert len(ids({"$notStartsWith": {"id": "KIT"}})) == 10
    assert ids({"$endsWith": {"id": "-02"}}) == ["WIDGET-02"]
    assert len(ids({"$notEndsWith": {"id": "-02"}})) == 10
    assert ids({"$eq": {"itemType": "stockableKit"}}) == ["SKIT-1"]
    three = ({"$startsWith": {"id": "W"}}, {"$eq": {"id": "KIT-1"}}, {"$gt": {"basePrice": "20"}})
    assert ids(*three, filterExpression="(1 or 2) and 3") == ["KIT-1", "WIDGET-02"]
    assert ids(*three, filterExpression="or") == ["INSTALL", "KIT-1", "SKIT-1", "WIDGET-01", "WIDGET-02"]
    loose = {"caseSensitiveComparison": False}
    assert ids({"$eq": {"id": "kit-1"}}, filterParameters=loose) == ["KIT-1"]
    assert ids({"$eq": {"id": "kit-1"}}) == []
    page = ask(
        filters=[], filterExpression=None, filterParameters={}, orderBy=[{"id": "desc"}], start=4, size=4
    )
    assert page.json()["ia::meta"] == {"totalCount": 11, "start": 4, "pageSize": 4, "next": 8, "previous": 1}
    assert ask(start=8, size=4).json()["ia::meta"]["next"] is None
    for bad in (
        {"fields": ["*"]},
        {"fields": ["nothing"]},
        {"fields": []},
        {"size": 4001},
        {"start": 0},
        {"more": 1},
        {"filters": [{"$like": {"id": "x"}}]},
        {"filters": [{"$eq": {"id": "x", "name": "y"}}]},
        {"filterExpression": "1 and 9", "filters": [{"$eq": {"id": "x"}}]},
        {"filterExpression": "(1", "filters": [{"$eq": {"id": "x"}}]},
        {"orderBy": [{"id": "up"}]},
    ):
        assert ask(**bad).status_code == 400, bad
    assert ask(object="no/such").status_code == 404


def test_rows_have_flat_keys_and_inventory_has_numbers(world: World) -> None:
    world.rest("POST", ORDERS, ORDER)
    body = {
        "object": "order-entry/document::Sales Order",
        "fields": ["key", "state", "customer.id", "audit.modifiedDateTime"],
        "filters": [
            {"$gte": {"audit.modifiedDateTime": "2026-03-01T08:00:00Z"}},
            {"$eq": {"state": "pending"}},
        ],
        "filterExpression": "1 and 2",
    }
    [row] = result(world.rest("POST", "/services/core/query", body))
    assert row["customer.id"] == "C-10001"
    assert row["audit.modifiedDateTime"].endswith("Z")
    key = world.company.item("WIDGET-01").id
    item = result(world.rest("GET", f"/objects/inventory-control/item/{key}"))
    stock = {
        "object": "inventory-control/item-warehouse-inventory",
        "fields": ["onHand", "allocated"],
        "filters": [{"$eq": {"item.id": "WIDGET-01"}}],
    }
    rows = result(world.rest("POST", "/services/core/query", stock))
    assert sum(one["onHand"] for one in rows) == int(item["quantityOnHand"])
    assert sum(one["allocated"] for one in rows) == 3


def test_composite_requests_refer_to_each_other_and_stop(world: World) -> None:
    order = {**ORDER, "customer": {"id": "@{new.1.id}"}}
    body = [
        {
            "method": "POST",
            "path": CUSTOMERS,
            "body": {"id": "CO-1", "name": "One"},
            "resultReference": "new",
        },
        {"method": "POST", "path": ORDERS, "body": order, "resultReference": "order"},
        {"method": "GET", "path": f"{ORDERS}/@{{order.1.key}}"},
    ]
    found = result(world.rest("POST", "/services/core/composite", body))
    assert [one["ia::status"] for one in found] == [201, 201, 200]
    assert found[2]["ia::result"]["customer"]["id"] == "CO-1"
    again = world.rest("POST", "/services/core/composite", body)
    assert again.status_code == 207
    assert [one["ia::status"] for one in again.json()["ia::result"]] == [409]
    assert world.rest("POST", "/services/core/composite", body[:1]).status_code == 400


def test_idempotency_keys_replay_for_two_days_and_block_for_sixty(world: World) -> None:
    def post(body: Any, key: str = "key-1") -> Any:
        return world.rest("POST", CUSTOMERS, body, **{"Idempotency-Key": key})

    first = post({"id": "I-1", "name": "One"})
    again = post({"id": "I-1", "name": "One"})
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-key"] == "key-1"
    assert again.headers["x-ia-idempotency-cached-date"] == "2026-03-02T08:15:00Z"
    assert post({"id": "I-2", "name": "Two"}).status_code == 409
    failed = post({"id": "I-1", "name": "One"}, "key-2")
    assert failed.status_code == 409
    assert post({"id": "I-1", "name": "One"}, "key-2").content == failed.content
    assert post({"id": "I-3", "name": "x"}, "k" * 257).status_code == 400
    world.clock.advance(timedelta(hours=49).total_seconds())
    world.token()
    assert "not kept" in error(post({"id": "I-1", "name": "One"}), 409)["message"]
    world.clock.advance(timedelta(days=60).total_seconds())
    world.token()
    assert error(post({"id": "I-1", "name": "One"}), 409)["details"]


def test_asynchronous_requests_are_done_later_and_posted(world: World) -> None:
    sent: list[Any] = []
    world.face.outbox.sender = lambda one: sent.append(one) or 200  # type: ignore[func-returns-value]
    headers = {
        "Prefer": "respond-async",
        "X-IA-Webhook-EndpointURL": "http://hub.example/done",
        "X-Request-Id": "r-1",
    }
    answer = world.rest("POST", CUSTOMERS, {"id": "L-1", "name": "Later"}, **headers)
    job = result(answer, 202)
    assert answer.headers["retry-after"] == "120"
    assert job["state"] == "queued"
    assert result(world.rest("GET", job["href"]))["state"] == "queued"
    world.clock.advance(121)
    world.http.post("/_sandbox/run-due")
    assert result(world.rest("GET", job["href"]))["state"] == "delivered"
    [one] = sent
    assert one.headers["X-IA-Respond-Code"] == "201"
    assert one.headers["X-IA-Original-Request-Id"] == "r-1"
    assert json.loads(one.body)["ia::result"]["id"] == "L-1"
    assert world.rest("GET", "/services/core/async/job-status?jobId=none").status_code == 404


def test_bulk_jobs(world: World) -> None:
    asked = {
        "objectName": "accounts-receivable/customer",
        "operation": "create",
        "jobFile": "jobFile",
        "fileContentType": "json",
    }
    records = [{"id": "B-1", "name": "B"}, {"id": "C-10001", "name": "B"}]
    files = {
        "ia::requestBody": (None, json.dumps(asked), "application/json"),
        "jobFile": ("file.json", json.dumps(records), "application/json"),
    }
    headers = {"Authorization": f"Bearer {world.token()}"}
    answer = world.http.post("/ia/api/v1/services/bulk/job/create", files=files, headers=headers)
    job = result(answer, 202)
    world.clock.advance(121)
    world.http.post("/_sandbox/run-due")
    assert result(world.rest("GET", job["statusURL"]))["status"] == "completed"
    done = world.rest("GET", job["statusURL"] + "&download=true").json()
    assert [one["ia::status"] for one in done["ia::result"]] == [201, 409]


def test_a_session_of_the_gateway_from_a_token(world: World) -> None:
    session = result(world.rest("GET", "/services/core/session/id"))
    assert session["expiresIn"] == 21600
    world.session = session["sessionId"]
    assert world.rows("ITEM", "ITEMID")
    model = result(world.rest("GET", "/services/core/model?name=order-entry/document::Sales%20Order"))
    assert "nsp::MAGENTO_ORDER_ID" in model["fields"]


def test_errors_have_the_shape_of_rest_below_its_address(world: World) -> None:
    world.token()
    world.faults.add(Fault("status", times=1, options={"status": 503}))
    assert error(world.rest("GET", CUSTOMERS), 503)["message"] == "Unable to process request"
    world.face.options.error_form = "plain"
    assert world.rest("GET", f"{CUSTOMERS}/99999").json()["ia::error"]["code"] == "invalidKey"
    assert world.rest("GET", f"{CUSTOMERS}?start=a").status_code == 400


def test_a_document_reports_what_it_was_converted_from_and_to(world: World) -> None:
    key = result(world.rest("POST", ORDERS, ORDER), 201)["key"]
    world.act("convert", document="Sales Order-SO0001")
    [one] = result(world.rest("GET", f"{ORDERS}/{key}"))["history"]
    assert one == {"convertedFrom": None, "convertedTo": {"id": "Shipper-SHP0001"}}
