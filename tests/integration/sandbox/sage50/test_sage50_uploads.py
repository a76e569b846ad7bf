"""Uploading orders (contract sections 8 and 9)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from integration.sandbox.sage50.platform_world import HOST, Sage50, sage50

ORDERS = "/api/files/ecommerce/orders"


def put(world: Sage50, url: str, content: bytes) -> int:
    return world.http.put(url, content=content).status_code


def text(*orders: dict[str, Any]) -> bytes:
    return json.dumps(list(orders)).encode()


def off(**options: Any) -> Sage50:
    """A connected world whose Sage 50 fetches nothing by itself."""
    world = sage50(**options)
    world.sim("installations", {"on": False})
    return world


def test_an_upload_is_announced_sent_validated_and_waits() -> None:
    world = off()
    content = text(world.order())
    links = world.announce(content, records=1)
    assert links["expiry"] == "2026-03-02T10:15:00Z"
    assert links["trackingUrl"].startswith(f"{HOST}/api/files/tracking/")
    steps = [world.track(links["trackingUrl"])]
    assert put(world, links["uploadUrl"], content) == 201
    steps.append(world.track(links["trackingUrl"]))
    world.wait(seconds=5)
    steps.append(world.track(links["trackingUrl"]))
    assert [(one["status"], one["progress"]) for one in steps] == [
        ("pending", 0),
        ("validating", 10),
        ("available", 25),
    ]
    assert {one["downloadResultUrl"] for one in steps} == {None}
    assert steps[-1]["updatedAt"] == "2026-03-02T10:00:05Z"


def test_the_same_bytes_again_are_good_and_others_are_not() -> None:
    world = off()
    content = text(world.order())
    url = world.announce(content)["uploadUrl"]
    assert put(world, url, content + b" ") == 400
    assert put(world, url, content.replace(b"Burgos", b"Madrid")) == 400
    assert [put(world, url, content) for _ in range(2)] == [201, 200]
    world.wait(minutes=15)
    assert put(world, url, content) == 410


def test_an_upload_url_is_over_after_fifteen_minutes() -> None:
    world = off()
    content = text(world.order())
    links = world.announce(content)
    world.wait(minutes=15)
    assert put(world, links["uploadUrl"], content) == 410
    assert world.track(links["trackingUrl"])["status"] == "pending"
    again = world.announce(content)
    assert put(world, again["uploadUrl"], content) == 201


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"size": 0, "sha256": "0" * 64}, 400, "malformedRequest"),
        ({"size": 10}, 400, "malformedRequest"),
        ({"size": 10, "sha256": "xyz"}, 400, "malformedRequest"),
        ({"size": 10, "sha256": "0" * 64, "records": 0}, 400, "malformedRequest"),
        ({"size": 52_428_801, "sha256": "0" * 64}, 413, "tooLarge"),
        ([], 400, "malformedRequest"),
    ],
)
def test_what_an_announcement_must_say(body: Any, status: int, code: str) -> None:
    answer = off().call("POST", ORDERS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("scope", ["customers", "products", "invoices"])
def test_only_orders_are_uploaded(scope: str) -> None:
    body = {"size": 10, "sha256": "0" * 64}
    assert off().call("POST", f"/api/files/ecommerce/{scope}", json=body).status_code == 403


def sent(world: Sage50, content: bytes) -> Any:
    links = world.announce(content)
    assert put(world, links["uploadUrl"], content) == 201
    world.wait(seconds=5)
    return world.track(links["trackingUrl"])


def test_a_file_that_breaks_the_schema_never_reaches_sage_50() -> None:
    world = off()
    good, bad = world.order("1"), world.order("2")
    del bad["invoiceAddress"]["telephone1"]
    bad["lines"][0]["quantity"] = "2"
    tracking = sent(world, text(good, bad))
    assert (tracking["status"], tracking["progress"]) == ("invalid", 100)
    [result] = world.http.get(tracking["downloadResultUrl"]).json()
    assert (result["id"], result["status"]) == ("2", "rejected")
    assert [(one["code"], one["field"]) for one in result["messages"]] == [
        ("schema", "invoiceAddress.telephone1"),
        ("schema", "lines[0].quantity"),
    ]
    world.sim("installations", {"on": True})
    world.wait(hours=1)
    assert world.sim("orders") == []


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b'{"orders": []}', b"<html></html>", b"[1]", b'[{"id": 5}]']
)
def test_what_is_no_file_of_orders(content: bytes) -> None:
    world = off()
    assert sent(world, content)["status"] == "invalid"


def test_five_hundred_orders_at_most() -> None:
    world = off()
    assert sent(world, text(*[world.order(str(n)) for n in range(501)]))["status"] == "invalid"
    assert sent(world, text(*[world.order(str(n)) for n in range(500)]))["status"] == "available"


def test_a_tax_id_may_be_required() -> None:
    world = off(customer_id_number="required")
    order = world.order()
    assert sent(world, text(order))["status"] == "available"
    del order["customer"]["idNumber"]
    tracking = sent(world, text(order))
    assert tracking["status"] == "invalid"
    [result] = world.http.get(tracking["downloadResultUrl"]).json()
    assert result["messages"][0]["field"] == "customer.idNumber"


def test_an_upload_that_nobody_fetches_is_over_after_seven_days() -> None:
    world = off()
    url = world.send(world.order())
    world.wait(days=6, hours=23)
    world.renew()
    assert world.track(url)["status"] == "available"
    world.wait(hours=2)
    world.renew()
    assert (world.track(url)["status"], world.track(url)["downloadResultUrl"]) == ("expired", None)
    world.sim("installations", {"on": True})
    world.wait(hours=1)
    assert world.sim("orders") == []


def test_a_second_upload_waits_behind_the_first() -> None:
    world = off()
    first, second = world.send(world.order("1")), world.send(world.order("2"))
    world.sim("installations", {"on": True})
    world.process()
    assert [world.track(url)["status"] for url in (first, second)] == ["accepted", "accepted"]
    assert [one["id"] for one in world.sim("orders")] == ["1", "2"]


def test_a_second_upload_may_replace_the_first_whose_orders_vanish() -> None:
    world = off(upload_mode="replace")
    first = world.send(world.order("1"))
    world.wait(minutes=1)
    second = world.send(world.order("2"))
    answer = world.get(first, 404)
    assert answer["code"] == "trackingNotFound"
    world.sim("installations", {"on": True})
    world.process()
    assert world.track(second)["status"] == "accepted"
    assert [one["id"] for one in world.sim("orders")] == ["2"]


def test_what_sage_50_has_fetched_is_not_replaced() -> None:
    world = sage50(upload_mode="replace")
    first = world.send(world.order("1"))
    world.wait(minutes=15)
    assert world.track(first)["status"] == "processing"
    world.send(world.order("2"))
    world.wait(minutes=30)
    world.renew()
    assert [one["id"] for one in world.sim("orders")] == ["1", "2"]


def test_a_second_upload_may_be_refused_until_the_first_has_ended() -> None:
    world = off(upload_mode="refuse")
    url = world.send(world.order("1"))
    assert world.announce(text(world.order("2")), 409)["code"] == "uploadOpen"
    world.sim("installations", {"on": True})
    world.process()
    assert world.track(url)["status"] == "accepted"
    world.announce(text(world.order("2")))


def test_a_refused_upload_whose_link_is_over_is_open_no_more() -> None:
    world = off(upload_mode="refuse")
    world.announce(text(world.order("1")))
    assert world.announce(text(world.order("1")), 409)
    world.wait(minutes=15)
    world.announce(text(world.order("1")))


def test_tracking_wants_a_key_of_the_same_installation() -> None:
    world = off()
    url = world.send(world.order())
    assert world.http.get(url).status_code == 401
    assert world.get(f"{HOST}/api/files/tracking/up-0", 404)["code"] == "trackingNotFound"
    second = world.sim("installations", {"add": "Segunda SL", "items": 3})["id"]
    ids = world.register()
    world.sim("consent", {"installation": second, "passcode": world.passcode(ids)["passcode"]})
    other = world.hooks.bodies("approved")[-1]["apikey"]
    assert world.call("GET", url, key=other).status_code == 404


def test_a_rotation_in_the_middle_of_an_upload() -> None:
    world = off()
    content = text(world.order())
    links = world.announce(content)
    world.wait(minutes=10)
    world.renew()
    assert world.track(links["trackingUrl"])["status"] == "pending"
    assert put(world, links["uploadUrl"], content) == 201
    world.wait(minutes=30)
    world.renew()
    assert world.track(links["trackingUrl"])["status"] == "available"


def test_a_lost_answer_to_an_upload_leaves_it_received() -> None:
    world = off()
    content = text(world.order())
    links = world.announce(content)
    world.arm("drop_after", method="PUT")
    with pytest.raises(httpx.RemoteProtocolError):
        put(world, links["uploadUrl"], content)
    assert put(world, links["uploadUrl"], content) == 200


def test_a_lost_answer_to_an_announcement_leaves_an_upload_that_is_never_filled() -> None:
    world = off()
    world.arm("drop_after", method="POST", path="/orders")
    with pytest.raises(httpx.RemoteProtocolError):
        world.announce(text(world.order()))
    url = world.send(world.order())
    assert [one["status"] for one in world.sim("uploads")] == ["pending", "validating"]
    assert world.track(url)
