"""Who is let in: signatures, bearer tokens, admin tokens, permissions."""

from __future__ import annotations

import httpx
import pytest

from integration.sandbox.magento_world import World, criteria, make_world
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.inprocess import InProcessTransport

VIEW = "Magento_Sales::actions_view"
REFUSED = {
    "message": "The consumer isn't authorized to access %resources.",
    "parameters": {"resources": VIEW},
}


@pytest.fixture
def world() -> World:
    """A shop as Magento is set up by default, with one order."""
    made = make_world(bearer=False)
    made.shopper.place_order("guest")
    return made


def order(client: httpx.Client) -> httpx.Response:
    return client.get("/rest/V1/orders/1")


def test_a_signature_is_good_for_reading_and_writing(world: World) -> None:
    client, _ = world.signed()
    assert order(client).status_code == 200
    query = criteria(("updated_at", "gteq", "2026-11-21 02:00:00"), ("status", "in", "pending,ä é"), size="5")
    assert client.get(f"/rest/V1/orders?{query}").status_code == 200
    assert client.get(f"/rest/V1/orders?{query.replace('+', '%20')}").status_code == 200
    sent = {"entity": {"entity_id": 1, "ext_order_id": "SO-1"}}
    assert client.post("/rest/default/V1/orders", json=sent).status_code == 200
    assert client.get("/rest/V1/products/HUB-0001").status_code == 200


@pytest.mark.parametrize("key", ["consumer_secret", "access_token_secret"])
def test_a_wrong_secret_is_an_invalid_signature(world: World, key: str) -> None:
    client, auth = world.signed()
    other = world.store.add_integration("other", [VIEW])
    auth.keys = type(other)(**{**vars(world.store.integrations["hub"]), key: getattr(other, key)})
    answer = order(client)
    assert (answer.status_code, answer.json()["message"]) == (
        401,
        "The signature is invalid. Verify and try again.",
    )


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/rest/V1/orders/1?fields=state"),
        ("GET", "/rest/V1/orders/1?fields=status&x=1"),
        ("GET", "/rest/default/V1/orders/1?fields=status"),
        ("PUT", "/rest/V1/orders/1?fields=status"),
    ],
)
def test_a_signature_covers_verb_path_and_query(world: World, verb: str, path: str) -> None:
    client, auth = world.signed()
    meant = next(auth.auth_flow(client.build_request("GET", "/rest/V1/orders/1?fields=status")))
    answer = world.connect().request(verb, path, headers={"Authorization": meant.headers["Authorization"]})
    assert answer.json() == {"message": "The signature is invalid. Verify and try again."}


def test_a_nonce_is_good_once(world: World) -> None:
    client, auth = world.signed()
    auth.tamper = lambda sent: sent.update(oauth_nonce="again")
    assert order(client).status_code == 200
    answer = order(client)
    assert (answer.status_code, answer.json()) == (
        401,
        {"message": "The nonce is already being used by the consumer with ID %1", "parameters": ["1"]},
    )


def test_a_request_that_the_wire_repeats_is_let_in(world: World) -> None:
    client, _ = world.signed()
    world.faults.add(Fault("duplicate_request"))
    assert order(client).status_code == 200
    assert world.store.requests == 2


@pytest.mark.parametrize(
    ("name", "value", "status", "words"),
    [
        ("oauth_consumer_key", "0" * 32, 401, "A consumer having the specified key does not exist"),
        ("oauth_token", "0" * 32, 401, "Specified token does not exist"),
        ("oauth_signature_method", "HMAC-SHA1", 400, "Signature method %1 is not supported"),
        ("oauth_timestamp", "yesterday", 401, "timestamp"),
        ("oauth_timestamp", "1795230601", 401, "timestamp"),
        ("oauth_timestamp", "1", 200, ""),
    ],
)
def test_parameters_that_are_wrong(world: World, name: str, value: str, status: int, words: str) -> None:
    """A time more than ten minutes ahead is refused; an old one is not, as in Magento."""
    client, auth = world.signed()
    auth.tamper = lambda sent: sent.update({name: value})
    answer = order(client)
    assert answer.status_code == status
    assert words in answer.text


def test_a_header_that_lacks_a_parameter(world: World) -> None:
    answer = order(world.connect({"Authorization": 'OAuth oauth_consumer_key="x"'}))
    assert (answer.status_code, answer.json()["parameters"]) == (400, {"fieldName": "oauth_signature"})


def test_behind_a_proxy_the_shop_signs_its_own_url() -> None:
    world = make_world(bearer=False, public_url="https://shop.example")
    world.shopper.place_order("guest")
    client, auth = world.signed()
    assert order(client).status_code == 401
    outside = httpx.Client(
        transport=InProcessTransport(world.wire), base_url="https://shop.example", auth=auth
    )
    assert order(outside).status_code == 200


def test_a_bearer_is_refused_unless_the_shop_allows_it(world: World) -> None:
    assert (order(world.client).status_code, order(world.client).json()) == (401, REFUSED)
    world.store.configure(bearer=True)
    assert order(world.client).status_code == 200
    world.store.revoke_token()
    assert order(world.client).json() == REFUSED
    world.store.restore_token()
    assert order(world.client).status_code == 200


def test_a_revoked_token(world: World) -> None:
    client, _ = world.signed()
    world.arm("token_revoked", times=1)
    assert order(client).json() == {"message": "Access token has been revoked"}
    assert order(client).status_code == 200
    world.store.configure(bearer=True)
    world.arm("token_revoked", times=1)
    assert order(world.client).json() == REFUSED


def test_an_integration_has_only_its_permissions(world: World) -> None:
    world.store.add_integration("reader", [VIEW])
    client, _ = world.signed("reader")
    assert order(client).status_code == 200
    answer = client.post("/rest/V1/orders/1/comments", json={"statusHistory": {"comment": "x"}})
    assert answer.status_code == 401
    assert answer.json()["parameters"] == {"resources": "Magento_Sales::comment"}
    assert world.store.books()["writes"] == 0


def test_a_permission_that_is_taken_away(world: World) -> None:
    client, _ = world.signed()
    world.arm("permission", resource="Magento_Sales::create")
    sent = {"entity": {"entity_id": 1, "ext_order_id": "SO-1"}}
    answer = client.post("/rest/V1/orders", json=sent)
    assert (answer.status_code, answer.json()["parameters"]) == (401, {"resources": "Magento_Sales::create"})
    assert order(client).status_code == 200


def sign_in(world: World, password: str) -> httpx.Response:
    sent = {"username": "admin", "password": password}
    return world.client.post("/rest/V1/integration/admin/token", json=sent)


def test_an_admin_token_lives_an_hour(world: World) -> None:
    client = world.connect({"Authorization": f"Bearer {sign_in(world, 'Sandbox-Admin-1').json()}"})
    assert order(client).status_code == 200
    world.clock.advance(3599)
    assert order(client).status_code == 200
    world.clock.advance(1)
    assert order(client).json() == REFUSED


def test_wrong_passwords_lock_the_account(world: World) -> None:
    for _ in range(6):
        assert sign_in(world, "nope").status_code == 401
    assert sign_in(world, "Sandbox-Admin-1").json() == sign_in(world, "nope").json()
    world.clock.advance(1801)
    assert sign_in(world, "Sandbox-Admin-1").status_code == 200


def test_routes_are_reported_apart_before_permissions(world: World) -> None:
    """Point 24: an unknown route is a 404 also for nobody."""
    nobody = world.connect()
    assert nobody.get("/rest/V1/no/such/route").status_code == 404
    assert nobody.get("/rest/V1/orders/1").json() == REFUSED
    assert nobody.request("PATCH", "/rest/V1/orders/1").status_code == 405
    assert nobody.get("/rest/nowhere/V1/orders/1").status_code == 400
    assert nobody.post("/rest/all/async/bulk/V1/no/such", json=[]).status_code == 404
