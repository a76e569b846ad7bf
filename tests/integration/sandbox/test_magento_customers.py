"""Customers of the simulated shop: their attributes, their groups, and their own tokens (point 26)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from integration.sandbox.magento_world import World, make_world


@pytest.fixture
def world() -> World:
    return make_world()


def _put(world: World, customer: dict[str, Any]) -> Any:
    answer = world.client.put("/rest/V1/customers/1", json={"customer": {"id": 1, **customer}})
    assert answer.status_code == 200, answer.text
    return answer.json()


def _attribute(code: str, value: object) -> dict[str, Any]:
    return {"attribute_code": code, "value": value}


def _sign_in(world: World, email: str, password: str, store: str = "default") -> httpx.Response:
    sent = {"username": email, "password": password}
    return world.connect().post(f"/rest/{store}/V1/integration/customer/token", json=sent)


def test_an_unknown_custom_attribute_is_dropped_until_the_shop_has_it(world: World) -> None:
    sent = {"custom_attributes": [_attribute("sage_account", "WANDA01")]}
    assert "custom_attributes" not in _put(world, sent)
    world.client.post("/_sandbox/attributes", json={"code": "sage_account", "label": "Account number"})
    assert _put(world, sent)["custom_attributes"] == sent["custom_attributes"]
    assert _put(world, {"group_id": 3})["custom_attributes"] == sent["custom_attributes"]
    assert "custom_attributes" not in _put(world, {"custom_attributes": [_attribute("sage_account", "")]})


def test_the_shop_reports_which_attributes_it_has(world: World) -> None:
    path = "attributeMetadata/customer/attribute/sage_account"
    assert world.client.get(f"/rest/V1/{path}").status_code == 404
    assert world.get("attributeMetadata/customer/custom") == []
    world.client.post("/_sandbox/attributes", json={"code": "sage_account", "label": "Account number"})
    assert world.get(path)["store_label"] == "Account number"
    assert [row["attribute_code"] for row in world.get("attributeMetadata/customer/custom")] == [
        "sage_account"
    ]


def test_only_an_empty_list_of_addresses_deletes_them(world: World) -> None:
    assert len(_put(world, {"group_id": 3})["addresses"]) == 1
    emptied = _put(world, {"addresses": []})
    assert emptied["addresses"] == []
    assert "default_billing" not in emptied


def test_a_customer_reads_their_own_account_for_an_hour(world: World) -> None:
    world.client.post("/_sandbox/customers", json={"id": 1, "password": "Secret-12"})
    token = _sign_in(world, "Wanda@example.com", "Secret-12").json()
    portal = world.connect({"Authorization": f"Bearer {token}"})
    assert portal.get("/rest/V1/customers/me").json()["id"] == 1
    assert portal.get("/rest/V1/customers/2").status_code == 401
    assert portal.get("/rest/V1/orders?searchCriteria=").status_code == 401
    world.clock.advance(3601)
    assert portal.get("/rest/V1/customers/me").status_code == 401


@pytest.mark.parametrize(
    ("email", "password", "store"),
    [
        ("wanda@example.com", "wrong", "default"),
        ("nobody@example.com", "Secret-12", "default"),
        ("wanda@example.com", "Secret-12", "b2b_en"),
        ("bea@example.com", "Secret-12", "b2b_en"),
    ],
)
def test_whoever_cannot_sign_in_is_refused_alike(world: World, email: str, password: str, store: str) -> None:
    world.client.post("/_sandbox/customers", json={"id": 1, "password": "Secret-12"})
    answer = _sign_in(world, email, password, store)
    assert answer.status_code == 401
    assert answer.json()["message"].startswith("The account sign-in was incorrect")


def test_a_registered_customer_signs_in_with_the_password_given(world: World) -> None:
    customer = {"email": "new@example.com", "firstname": "New", "lastname": "One", "website_id": 1}
    world.post("customers", {"customer": customer, "password": "Longer-Secret-1"})
    assert _sign_in(world, "new@example.com", "Longer-Secret-1").status_code == 200


def test_a_group_is_made_renamed_and_deleted_but_not_the_general_one(world: World) -> None:
    made = world.post("customerGroups", {"group": {"code": "Contract 17", "tax_class_id": 3}})
    path = f"/rest/V1/customerGroups/{made['id']}"
    assert _put(world, {"group_id": made["id"]})["group_id"] == made["id"]
    clash = world.client.put(path, json={"group": {"code": "wholesale"}})
    assert (clash.status_code, clash.json()["message"]) == (400, "Customer Group already exists.")
    assert world.client.delete(path).json() is True
    assert world.get("customers/1")["group_id"] == 1
    assert world.client.delete("/rest/V1/customerGroups/1").status_code == 400
    assert world.client.get(path).status_code == 404


def test_a_hand_edit_of_a_customer_is_in_the_books_and_moves_them(world: World) -> None:
    sent = {"id": 1, "group_id": 4, "taxvat": "BY-HAND"}
    assert world.client.post("/_sandbox/customers", json=sent).status_code == 200
    booked = world.client.get("/_sandbox/books").json()["customers"]["1"]
    assert (booked["group_id"], booked["taxvat"], booked["updated_at"]) == (4, "BY-HAND", world.store.now())
    unknown = {"id": 1, "custom_attributes": {"sage_account": "X"}}
    assert world.client.post("/_sandbox/customers", json=unknown).status_code == 400
