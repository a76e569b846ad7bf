"""Customers, contacts, e-mails and delivery addresses over the API (contract §9.1, §9.2)."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sandbox.sage200_world import STANDARD, sage
from tidegate_sandbox.erp import Rules


def test_a_customer_with_everything() -> None:
    world = sage()
    country = world.id_of("country_codes", "code", "DE")
    customer = world.post(
        "customers",
        {
            "reference": "apitest",
            "name": "API Test 02",
            "on_hold": True,
            "credit_limit": 2500.00,
            "telephone_area_code": "1234",
            "country_code_id": country,
            "vat_number": "DE123",
            "payment_terms_days": 14,
            "payment_terms_basis": "PaymentDueFromEndOfMonth",
            "spare_text_1": "magento:main:customer:17",
            "main_address": {
                "address_1": "1 High Street",
                "city": "Bonn",
                "address_country_code_id": country,
            },
            "contacts": [
                {
                    "name": "ignored",
                    "first_name": "John",
                    "last_name": "Smith",
                    "emails": [
                        {"email": "john@example.com"},
                        {"email": "js@example.com", "is_default": True},
                    ],
                    "telephones": [{"country_code": "44", "area_code": "113", "subscriber_number": "5550"}],
                },
                {"first_name": "Jane"},
            ],
        },
    )
    assert customer["reference"] == "APITEST"
    assert customer["short_name"] == "API Test"
    assert customer["account_status_type"] == "AccountStatusActive"
    assert (customer["telephone_area_code"], customer["vat_number"]) == ("1234", "DE123")
    assert (customer["payment_terms_days"], customer["payment_terms_basis"]) == (
        14,
        "PaymentDueFromEndOfMonth",
    )
    full = world.get(f"customers/{customer['id']}", expand="contacts,main_address,country_code")
    john, jane = full["contacts"]
    assert (john["name"], john["is_default"], john["default_email"]) == ("John Smith", True, "js@example.com")
    assert (john["default_telephone"], jane["is_default"]) == ("44 113 5550", False)
    assert (full["main_address"]["city"], full["main_address"]["country"]) == ("Bonn", "Germany")
    view = world.one("customer_views", "reference eq 'APITEST'")
    assert view["contact_default_email_address"] == "js@example.com"
    assert view["account_is_on_hold"] is True
    (book,) = (one for one in world.company.books()["customers"] if one["code"] == "APITEST")
    assert (book["key"], book["email"]) == ("magento:main:customer:17", "js@example.com")


def test_a_reference_is_taken_once() -> None:
    world = sage()
    before = world.company.books()["counts"]["customers"]
    refusal = world.post("customers", {"reference": "web", "name": "Another"}, 400)
    assert refusal["Message"] == (
        "The account reference already exists. You cannot have two accounts with the same account reference."
    )
    assert world.company.books()["counts"]["customers"] == before


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"reference": None}, "reference"),
        ({"name": None}, "name"),
        ({"reference": "TOOLONG99"}, "8"),
        ({"name": "x" * 61}, "60"),
        ({"currency_id": 1}, "currency"),
        ({"country_code_id": 1}, "country"),
        ({"default_tax_code_id": 1}, "tax code"),
        ({"price_band_id": 1}, "price band"),
        ({"default_nominal_code_reference": "9999"}, "nominal"),
        ({"main_address": {"address_country_code_id": 1}}, "country"),
        ({"main_address": "Leeds"}, "object"),
        ({"contacts": [{"emails": [{"email": "x" * 228}]}]}, "227"),
        ({"contacts": [{"emails": [{}]}]}, "email"),
        ({"on_hold": "yes"}, "boolean"),
        ({"credit_limit": "lots"}, "decimal"),
        ({"account_status_type": "Sleeping"}, "allowed"),
    ],
)
def test_customers_that_are_refused(change: dict[str, Any], text: str) -> None:
    world = sage()
    body = {"reference": "NEW", "name": "New", **change}
    refusal = world.post("customers", {name: value for name, value in body.items() if value is not None}, 400)
    assert text in refusal["Message"]
    assert world.get("customers", filter="reference eq 'NEW'") == []


def test_without_model_state_only_the_first_problem_is_reported() -> None:
    refusal = sage(model_state=False).post("customers", {"reference": "NEW"}, 400)
    assert set(refusal) == {"Message"}


def test_the_company_may_give_references_itself_but_not_in_standard() -> None:
    world = sage(rules=Rules(account_codes_generated=True))
    assert world.get("sales_ledger_settings")[0]["auto_generate_account_numbers"] is True
    first, second = (world.post("customers", {"name": "New"})["reference"] for _ in range(2))
    assert first != second
    world.base = STANDARD
    world.post("customers", {"name": "New"}, 400)


def test_only_the_fields_sent_change() -> None:
    world = sage()
    before = world.one("customers", "reference eq 'GUS01'")
    after = world.put(
        f"customers/{before['id']}", {"short_name": "Gus", "analysis_code_3": "x", "balance": 99}
    )
    assert {name for name in before if before[name] != after[name]} == {
        "short_name",
        "analysis_code_3",
        "date_time_updated",
    }
    world.put(f"customers/{before['id']}", {"reference": "OTHER"}, 400)
    world.put("customers/1", {"short_name": "x"}, 404)


def test_contacts_in_a_change_are_added_changed_and_removed() -> None:
    world = sage()
    customer = world.one("customers", "reference eq 'GUS01'", expand="contacts")
    path, gus = f"customers/{customer['id']}", customer["contacts"][0]["id"]
    world.put(path, {"contacts": [{"id": gus, "last_name": "Senior"}, {"first_name": "Gina"}]})
    names = [one["name"] for one in world.get(path, expand="contacts")["contacts"]]
    assert names == ["Gus Senior", "Gina"]
    world.put(path, {"contacts": [{"id": gus, "is_to_delete": True}]})
    (gina,) = world.get(path, expand="contacts")["contacts"]
    assert (gina["name"], gina["is_default"]) == ("Gina", True)
    world.put(path, {"contacts": [{"id": gus, "last_name": "Again"}]}, 400)


def test_a_customer_is_found_by_an_email_of_a_contact() -> None:
    world = sage()
    email = world.one("customer_emails", "email eq 'Wanda@Example.com'", expand="customer_contact")
    contact = world.get(f"customer_contacts/{email['customer_contact_id']}")
    assert email["customer_contact"]["id"] == contact["id"]
    assert world.get(f"customers/{contact['customer_id']}", select="reference") == {"reference": "WANDA01"}


def test_emails_are_kept_below_contacts_and_customers() -> None:
    world = sage()
    customer = world.id_of("customers", "reference", "GUS01")
    contact = world.post(f"customers/{customer}/customer_contacts", {"first_name": "Gina"})["id"]
    below = f"customers/{customer}/customer_contacts/{contact}/customer_emails"
    email = world.post(below, {"email": "gina@example.com"})
    assert email["is_default"] is True
    world.post(f"customer_contacts/{contact}/customer_emails", {"email": "g@example.com", "is_default": True})
    assert [one["is_default"] for one in world.get(below)] == [False, True]
    changed = world.put(f"customer_emails/{email['id']}", {"email": "new@example.com"})
    assert changed["email"] == "new@example.com"
    assert world.get("customer_emails", filter="email eq 'gina@example.com'") == []
    assert world.one("customer_emails", "email eq 'new@example.com'")["id"] == email["id"]
    assert world.call("DELETE", f"{below}/{email['id']}").status_code == 200
    assert world.call("GET", f"customer_emails/{email['id']}").status_code == 404
    other = world.id_of("customers", "reference", "WEB")
    assert world.call("GET", f"customers/{other}/customer_contacts/{contact}").status_code == 404
    assert (
        world.call("GET", f"customers/{other}/customer_contacts/{contact}/customer_emails").status_code == 404
    )
    assert world.call("DELETE", f"customers/{customer}/customer_contacts/{contact}").status_code == 200
    assert len(world.get(f"customers/{customer}/customer_contacts")) == 1
    phones = world.get("customer_telephones", filter="area_code eq '113'")
    assert phones[0]["full_number"] == "44 113 5550100"


def test_delivery_addresses_are_kept() -> None:
    world = sage()
    customer, tax = (
        world.id_of("customers", "reference", "GUS01"),
        world.id_of("tax_codes", "name", "Standard rate"),
    )
    body = {"customer_id": customer, "description": "Depot", "tax_code_id": tax, "city": "York"}
    first = world.post("customer_delivery_addresses", body)
    second = world.post("customer_delivery_addresses", {**body, "description": "Shop", "is_default": True})
    shown = world.get(f"customers/{customer}/customer_delivery_addresses", orderby="id")
    assert [(one["description"], one["is_default"]) for one in shown] == [("Depot", False), ("Shop", True)]
    changed = world.put(f"customer_delivery_addresses/{first['id']}", {"city": "Hull"})
    assert (changed["city"], changed["description"]) == ("Hull", "Depot")
    assert world.call("DELETE", f"customer_delivery_addresses/{second['id']}").status_code == 200
    for missing in body.keys() - {"city"}:
        world.post("customer_delivery_addresses", {key: body[key] for key in body if key != missing}, 400)
    world.post("customer_delivery_addresses", {**body, "tax_code_id": 1}, 400)
    world.post("customer_delivery_addresses", {**body, "customer_id": 1}, 400)


def test_a_template_stores_nothing() -> None:
    world = sage()
    before = world.get("customers", count="true")
    assert world.post("customers_new", {})["account_status_type"] == "AccountStatusActive"
    assert world.get("customers", count="true") == before


def test_a_customer_with_orders_cannot_be_deleted() -> None:
    world = sage()
    idle = world.post("customers", {"reference": "IDLE", "name": "Idle", "contacts": [{"first_name": "I"}]})
    assert world.call("DELETE", f"customers/{idle['id']}").status_code == 200
    assert world.call("GET", f"customers/{idle['id']}").status_code == 404
    order = world.enter(customer="GUS01")
    answer = world.call("DELETE", f"customers/{order['customer_id']}")
    assert answer.status_code == 403
    assert answer.json()["Message"] == "The requested operation is forbidden for this account."
