"""Customers: contract §9.1, §10."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Address
from tidegate.sage.port.customers import CustomerQuery, NewCustomer
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.port.session import Purpose
from unit.sage.scripted_api import World, application_error, gateway_error, make_world, ok, page, where

JANE = {"id": 50, "reference": "W0000017", "name": "Jane", "currency_id": 2103, "on_hold": True}
NEW = NewCustomer(
    key="magento:main:customer:17",
    account="W0000017",
    name="Jane Buyer",
    email="jane@example.com",
    address=Address(name="Jane Buyer", city="Leeds", country="GB"),
)


@pytest.fixture
def world() -> World:
    return make_world()


def find(world: World, *queries: CustomerQuery) -> Any:
    with world.company.session(Purpose.WRITING) as session:
        return session.customers.find(queries)


def create(world: World) -> Outcome:
    with world.company.session(Purpose.WRITING) as session:
        return session.new_customers.create(NEW)


def serving(*customers: dict[str, Any]) -> Any:
    """A customers table that understands the filters that the room sends."""

    def serve(request: httpx.Request) -> httpx.Response:
        wanted = where(request).split(" or ")
        fields = ("id", "reference", "spare_text_1")
        return ok(
            [
                row
                for row in customers
                if any(f"{field} eq {_value(row.get(field))}" in wanted for field in fields)
            ]
        )

    return serve


def _value(value: Any) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"


def test_by_account_and_by_the_email_of_a_contact(world: World) -> None:
    world.api.on("GET", "/customers", serving(JANE))
    emails = [
        {"id": 1, "email": "Jane@Example.com", "customer_contact_id": 30},
        {"id": 2, "email": "JANE@example.com", "customer_contact_id": 31},
        {"id": 3, "email": "lost@example.com", "customer_contact_id": 99},
    ]
    world.api.on("GET", "/customer_emails", ok(emails))
    contacts = [{"id": 30, "customer_id": 50}, {"id": 31, "customer_id": 50}]
    world.api.on("GET", "/customer_contacts", ok(contacts))

    found = find(
        world,
        CustomerQuery("a", account="w0000017"),
        CustomerQuery("b", email="jane@example.com"),
        CustomerQuery("c", email="lost@example.com"),
        CustomerQuery("d", account="NOBODY"),
        CustomerQuery("e"),
    )

    assert [(one.id, one.account, one.on_hold, one.currency) for one in found["a"]] == [
        ("50", "W0000017", True, "GBP")
    ]
    [by_email] = found["b"]
    assert (by_email.id, by_email.email) == ("50", "jane@example.com")
    assert found["c"] == found["d"] == found["e"] == []


def test_one_odd_email_does_not_stop_the_others(world: World) -> None:
    def emails(request: httpx.Request) -> httpx.Response:
        if "o''hara" in where(request):
            return application_error("Syntax error in filter")
        return ok(
            [] if "id eq 0" in where(request) else [{"id": 1, "email": "b@x", "customer_contact_id": 3}]
        )

    world.api.on("GET", "/customer_emails", emails)
    world.api.on("GET", "/customer_contacts", ok([{"id": 3, "customer_id": 50}]))
    world.api.on("GET", "/customers", serving(JANE))

    found = find(world, CustomerQuery("odd", email="o'hara@x"), CustomerQuery("b", email="b@x"))

    assert found["odd"] == []
    assert [one.id for one in found["b"]] == ["50"]


def test_accounts_that_we_created_are_found_by_exactly_our_key(world: World) -> None:
    ours = {**JANE, "spare_text_1": "magento:main:customer:17"}
    other = {**JANE, "id": 51, "reference": "X", "spare_text_1": "magento:main:customer:170"}
    world.api.on("GET", "/customers", ok([other, ours]))

    with world.company.session(Purpose.WRITING) as session:
        found = session.new_customers.find_created(["magento:main:customer:17", "magento:main:customer:18"])

    assert isinstance(found, dict)
    match = found["magento:main:customer:17"]
    assert match is not None
    assert (match.id, match.key) == ("50", "magento:main:customer:17")
    assert found["magento:main:customer:18"] is None


def test_an_account_is_created_with_our_key(world: World) -> None:
    world.api.on("GET", "/customers", ok([]))
    world.api.on("POST", "/customers", lambda request: ok({**json.loads(request.content), "id": 50}))

    outcome = create(world)

    assert isinstance(outcome, Accepted)
    assert (outcome.id, outcome.number) == ("50", "W0000017")
    [request] = world.api.called("POST", "/customers")
    assert json.loads(request.content)["spare_text_1"] == "magento:main:customer:17"


def test_an_account_that_is_there_already_is_adopted(world: World) -> None:
    world.api.on("GET", "/customers", serving({**JANE, "spare_text_1": NEW.key}))

    outcome = create(world)

    assert isinstance(outcome, Accepted)
    assert outcome.number == "W0000017"
    assert world.api.called("POST", "/customers") == []


TAKEN = application_error(
    "The account reference already exists. You cannot have two accounts with the same account reference."
)


def test_a_reference_of_somebody_else_is_refused_and_named(world: World) -> None:
    world.api.on("GET", "/customers", serving({**JANE, "name": "John", "spare_text_1": ""}))
    world.api.on("POST", "/customers", TAKEN)

    outcome = create(world)

    assert isinstance(outcome, Failure)
    assert outcome.code is Code.REFUSED
    assert outcome.details == {"taken": "W0000017"}
    assert "John" in outcome.text


def test_a_reference_taken_by_our_own_lost_call_is_ours(world: World) -> None:
    mine = ok([{**JANE, "spare_text_1": NEW.key}])
    world.api.on("GET", "/customers", ok([]), mine)
    world.api.on("POST", "/customers", TAKEN)

    outcome = create(world)

    assert isinstance(outcome, Accepted)
    assert outcome.id == "50"


def test_another_refusal_stays_what_it_is(world: World) -> None:
    world.api.on("GET", "/customers", ok([]))
    world.api.on("POST", "/customers", application_error("The VAT number is invalid"))

    outcome = create(world)

    assert isinstance(outcome, Failure)
    assert "VAT" in outcome.text
    assert outcome.details == {}


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (httpx.ReadTimeout("timed out"), Code.NO_ANSWER),
        (page(200), Code.UNCLEAR_ANSWER),
        (ok({"id": 5}), Code.UNCLEAR_ANSWER),
        (gateway_error(502, "bad gateway"), Code.UNCLEAR_ANSWER),
        (
            application_error("The requested operation is forbidden for this account.", 403),
            Code.NOT_PERMITTED,
        ),
        (application_error("forbidden", 403), Code.REFUSED),  # the company is read all the same
    ],
)
def test_an_unclear_creation_stays_in_doubt(world: World, reply: Any, code: Code) -> None:
    world.api.on("GET", "/customers", ok([]))
    world.api.on("POST", "/customers", reply)

    outcome = create(world)

    assert isinstance(outcome, Failure)
    assert outcome.code is code


def test_a_failed_look_up_creates_nothing(world: World) -> None:
    world.api.on("GET", "/customers", gateway_error(504, "timeout"))

    outcome = create(world)

    assert isinstance(outcome, Failure)
    assert outcome.sent is False
    assert world.api.called("POST", "/customers") == []
