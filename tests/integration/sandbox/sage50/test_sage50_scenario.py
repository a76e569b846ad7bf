"""A client written from the contract alone goes the whole way (contract sections 2 to 9)."""

from __future__ import annotations

import hashlib
import hmac
import json

import httpx

from integration.sandbox.sage50.platform_world import SECRET, Sage50, sage50


class NaiveClient:
    """As little as the contract asks for: rotate at a 401 and repeat, follow the URLs that are handed out."""

    def __init__(self, world: Sage50) -> None:
        self.world = world
        self.initial = self.key = ""
        self.rotations = 0

    def call(self, verb: str, path: str, **more: object) -> httpx.Response:
        answer = self.world.call(verb, path, key=self.key, **more)
        if answer.status_code != 401:
            return answer
        body = {"initialApikey": self.initial, "secret": SECRET}
        rotated = self.world.call("PATCH", "/api/apikeys", key=self.key, json=body)
        assert rotated.status_code == 200, rotated.text
        self.key, self.rotations = rotated.json()["apikey"], self.rotations + 1
        return self.world.call(verb, path, key=self.key, **more)

    def upload(self, orders: list[dict[str, object]]) -> str:
        content = json.dumps(orders).encode()
        body = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "records": len(orders)}
        links = self.call("POST", "/api/files/ecommerce/orders", json=body).json()
        assert httpx.codes.is_success(self.world.http.put(links["uploadUrl"], content=content).status_code)
        return str(links["trackingUrl"])


def test_from_sign_up_to_a_result_with_one_refused_order_while_the_desktop_was_off_for_a_day() -> None:
    world = sage50(connected=False)
    client = NaiveClient(world)

    # Sign-up: registration, captcha, e-mail.
    passcode = world.passcode(world.register())
    assert passcode["expiry"] == "2026-03-02T10:15:00Z"

    # The shopkeeper types the passcode into Sage 50 four minutes later, and grants.
    world.wait(minutes=4)
    world.sim("consent", {"action": "grant", "passcode": passcode["passcode"]})
    [approval] = world.hooks.bodies("approved")
    assert approval["passcode"] == passcode["passcode"]
    client.initial = client.key = approval["apikey"]
    assert client.call("GET", "/api/files/ecommerce/products").status_code == 404

    # Sage 50 uploads its files, and says so with a signature.
    world.wait(minutes=1)
    heard = [one for one in world.hooks.received if one.url.path.endswith("notify")]
    assert {json.loads(one.content)["scope"] for one in heard} == {"customers", "products"}
    for one in heard:
        expected = hmac.new(SECRET.encode(), one.content, hashlib.sha256).hexdigest()
        assert one.headers["HMAC_SHA256"] == expected
    file = client.call("GET", "/api/files/ecommerce/products").json()
    products = world.http.get(file["downloadUrl"]).json()
    by_reference = {one["reference"]: one["id"] for one in products}

    # The desktop goes off; three orders are uploaded, one of them of an article that Sage does not have.
    world.sim("installations", {"on": False})
    good, bad, other = world.order("000000123"), world.order("000000124"), world.order("000000125")
    good["lines"][0]["productId"] = by_reference["HUB-0001"]
    bad["lines"][0]["productId"] = "ART-9999"
    tracking = client.upload([good, bad, other])
    seen = []
    for _ in range(24):
        seen.append(client.call("GET", tracking).json()["status"])
        world.wait(hours=1)
    assert seen == ["validating", *["available"] * 23]
    assert client.rotations == 23  # the key lives 20 minutes, and 401 is daily bread

    # The next morning it is on again; its result names each order.
    world.sim("installations", {"on": True})
    world.wait(minutes=1)
    last = client.call("GET", tracking).json()
    assert (last["status"], last["progress"]) == ("accepted", 100)
    results = {one["id"]: one for one in world.http.get(last["downloadResultUrl"]).json()}
    assert {id: one["status"] for id, one in results.items()} == {
        "000000123": "created",
        "000000124": "rejected",
        "000000125": "created",
    }
    assert results["000000124"]["messages"] == [
        {"code": "productUnknown", "field": "lines[0].productId", "text": "No article ART-9999"}
    ]
    assert results["000000123"]["documentNumber"] == "26/000001"
    assert [one["id"] for one in world.sim("orders")] == ["000000123", "000000125"]
    assert world.company.books()["violations"] == []
