"""Notifications of updated files (contract section 6)."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import httpx
import pytest

from integration.sandbox.sage50.platform_world import SECRET, Sage50, sage50


def heard(world: Sage50, scope: str = "products") -> list[dict[str, Any]]:
    return [one for one in world.hooks.bodies("fileUpdated") if one["scope"] == scope]


def notified(**options: Any) -> Sage50:
    """A connected world that forgot what its first files brought about."""
    world = sage50(**options)
    world.wait(minutes=1)
    world.hooks.received.clear()
    return world


def test_a_notification_says_which_scope_and_carries_no_data() -> None:
    world = notified()
    world.sim("sage-upload", {"scope": "products"})
    [request] = world.hooks.received
    assert str(request.url) == "https://hub.example/hooks/k3/notify"
    [body] = heard(world)
    assert body == {
        "event": "fileUpdated",
        "id": body["id"],
        "domain": "ecommerce",
        "scope": "products",
        "version": 2,
        "timestamp": "2026-03-02T10:01:00Z",
        "installation": {"id": next(iter(world.face.platform.installations))},
    }


def right(request: httpx.Request) -> bool:
    expected = hmac.new(SECRET.encode(), request.content, hashlib.sha256).hexdigest()
    return request.headers.get("HMAC_SHA256") == expected


def test_it_is_signed_with_the_secret_over_the_raw_body() -> None:
    world = notified()
    world.sim("sage-upload", {})
    assert [right(one) for one in world.hooks.received] == [True, True]
    world.sim("options", {"signature_header": "X-Signature"})
    world.sim("sage-upload", {"scope": "products"})
    assert "X-Signature" in world.hooks.received[-1].headers
    world.sim("options", {"signed": False})
    world.sim("sage-upload", {"scope": "products"})
    assert "X-Signature" not in world.hooks.received[-1].headers


def test_a_forged_one_has_a_wrong_signature() -> None:
    world = notified()
    world.sim("forge", {"kind": "notification"})
    [request] = world.hooks.received
    assert not right(request)
    assert "HMAC_SHA256" in request.headers


def test_it_is_repeated_like_an_approval_but_any_2xx_is_good() -> None:
    world = notified()
    world.hooks.statuses = [503, None, 204]
    world.sim("sage-upload", {"scope": "products"})
    world.sim("installations", {"on": False})
    for _ in range(3):
        world.wait(minutes=30)
    *_, call_back = world.sim("call-backs")
    assert (call_back["statuses"], call_back["state"]) == ([503, None, 204], "delivered")


def test_a_lost_notification_leaves_a_file_that_polling_finds() -> None:
    world = notified()
    world.arm("notification_lost", options={"scope": "products"})
    world.sim("sage-upload", {})
    assert (heard(world), len(heard(world, "customers"))) == ([], 1)
    assert world.get("/api/files/ecommerce/products")["version"] == 2


def test_a_notification_comes_twice() -> None:
    world = notified()
    world.arm("notification_twice")
    world.sim("sage-upload", {"scope": "products"})
    first, second = heard(world)
    assert first == second


def test_a_notification_comes_late_and_out_of_order() -> None:
    world = notified()
    world.arm("notification_late", options={"scope": "products", "seconds": 600})
    world.sim("sage-upload", {"scope": "products"})
    world.wait(minutes=1)
    world.sim("sage-upload", {"scope": "products"})
    assert [one["version"] for one in heard(world)] == [3]
    world.wait(minutes=10)
    assert [one["version"] for one in heard(world)] == [3, 2]


def test_a_notification_comes_before_its_file_can_be_had() -> None:
    world = notified()
    world.arm("notification_early", options={"seconds": 30})
    world.sim("sage-upload", {"scope": "products"})
    assert [one["version"] for one in heard(world)] == [2]
    assert world.get("/api/files/ecommerce/products")["version"] == 1
    world.wait(seconds=30)
    assert world.get("/api/files/ecommerce/products")["version"] == 2


def test_a_storm_of_five_hundred() -> None:
    world = notified()
    world.sim("notify", {"scope": "products", "times": 500})
    assert len(heard(world)) == 500
    assert world.get("/api/files/ecommerce/products")["version"] == 1


@pytest.mark.parametrize("on", [False, True])
def test_uploads_may_be_notified_of_too(on: bool) -> None:
    world = notified(tracking_notifications=on)
    world.processed(world.order())
    events = [one for one in world.hooks.bodies() if one["event"] == "trackingUpdated"]
    assert bool(events) == on
    assert {one["scope"] for one in events} <= {"orders"}


def test_nobody_is_called_back_from_within_a_request() -> None:
    world = sage50()
    world.hooks.received.clear()
    world.clock.advance(60)
    assert world.get("/api/files/ecommerce/products")["version"] == 1
    assert world.hooks.received == []
    assert world.face.run_due() == 2
    assert len(world.hooks.received) == 2


def test_after_a_withdrawal_nothing_is_uploaded_or_notified() -> None:
    world = notified()
    world.sim("consent", {"action": "withdraw"})
    world.wait(days=1)
    assert world.hooks.received == []
