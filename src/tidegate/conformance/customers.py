"""Customers: found by account and e-mail, created once."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import Stand, accepted, failed, make_order, prepared, send
from tidegate.domain.errors import Code, Group
from tidegate.domain.orders.order import Address
from tidegate.sage.port.customers import CustomerQuery, NewCustomer

NEW = NewCustomer(
    key="magento:main:customer:17",
    account="W0000017",
    name="Zoë O'Brien",
    email="zoe.o'brien@example.com",
    address=Address(
        name="Zoë O'Brien",
        street=("1 High Street",),
        city="Leeds",
        postcode="LS1 1AA",
        country="GB",
        telephone="0113 496 0000",
    ),
    vat_number="GB123456789",
)


def find(session: Opened, *queries: CustomerQuery) -> Any:
    found = session.customers.find(queries)
    assert isinstance(found, dict), found
    assert set(found) == {query.key for query in queries}
    return found


def test_accounts_are_found_by_reference_and_by_email(stand: Stand) -> None:
    stand.open_account("SAILS", "Sails & Sons", "office@sails.example")
    stand.open_account("OBRIEN", "O'Brien", "pat.o'brien@example.com")
    with opened(stand.company) as session:
        found = find(
            session,
            CustomerQuery("1", account="SAILS"),
            CustomerQuery("2", email="OFFICE@sails.example"),
            CustomerQuery("3", email="pat.o'brien@example.com"),
            CustomerQuery("4", account="NOBODY", email="nobody@example.com"),
            CustomerQuery("5", account="sails", email="pat.o'brien@example.com"),
        )

    assert [match.account for match in found["1"]] == ["SAILS"]
    assert [match.account for match in found["2"]] == ["SAILS"]
    assert [match.account for match in found["3"]] == ["OBRIEN"]
    assert found["4"] == []
    assert {match.account for match in found["5"]} == {"SAILS", "OBRIEN"}
    assert found["1"][0].name == "Sails & Sons"
    assert found["1"][0].currency == stand.codes.currency
    assert found["1"][0].key == ""


def test_many_queries_are_pooled(stand: Stand) -> None:
    with opened(stand.company) as session:
        find(session, CustomerQuery("warm"))
        before = stand.company.calls
        find(session, *(CustomerQuery(str(n), account=f"A{n}", email=f"{n}@x.example") for n in range(50)))

    assert stand.company.calls - before <= 12


def test_a_customer_is_created_once_and_found_by_key_and_email(stand: Stand) -> None:
    with opened(stand.company) as session:
        before = session.new_customers.find_created([NEW.key])
        first = accepted(session.new_customers.create(NEW))
        second = accepted(session.new_customers.create(NEW))
        created = session.new_customers.find_created([NEW.key, "magento:main:customer:18"])
        [by_email] = find(session, CustomerQuery("q", email=NEW.email))["q"]

    assert before == {NEW.key: None}
    assert (first.id, first.number) == (second.id, second.number)
    assert stand.accounts(NEW.key) == [first.number]
    assert isinstance(created, dict)
    match = created[NEW.key]
    assert match is not None
    assert (match.id, match.account, match.key) == (first.id, first.number, NEW.key)
    assert created["magento:main:customer:18"] is None
    assert by_email.id == first.id


def test_a_shopper_without_an_address_gets_an_account(stand: Stand) -> None:
    with opened(stand.company) as session:
        accepted(session.new_customers.create(dataclasses.replace(NEW, address=Address())))
        [found] = find(session, CustomerQuery("q", email=NEW.email))["q"]
        assert found.account == NEW.account


def test_an_order_for_the_new_customer_goes_out_in_the_same_session(stand: Stand) -> None:
    order = make_order(stand, 213, account="W0000017")
    with opened(stand.company) as session:
        assert failed(session.orders.prepare([order])[0]).code is Code.UNKNOWN_CUSTOMER
        accepted(session.new_customers.create(NEW))
        accepted(send(session, order))


@pytest.mark.parametrize("kind", ["drop_after", "cut_body", "garbage"])
def test_a_creation_whose_answer_was_lost_makes_no_second_account(stand: Stand, kind: str) -> None:
    with opened(stand.company) as session:
        stand.inject(kind, "create customer")
        assert failed(session.new_customers.create(NEW)).group is Group.VERIFY_FIRST

        outcome = accepted(session.new_customers.create(NEW))

    assert stand.accounts(NEW.key) == [outcome.number]


def test_a_reference_that_is_taken_is_named_so_that_the_next_can_be_tried(stand: Stand) -> None:
    stand.open_account("W0000017", "Somebody Else")
    with opened(stand.company) as session:
        failure = failed(session.new_customers.create(NEW))
        assert failure.code is Code.REFUSED
        assert failure.details["taken"] == "W0000017"
        accepted(session.new_customers.create(dataclasses.replace(NEW, account="W0000018")))

    assert stand.accounts(NEW.key) == ["W0000018"]


def test_a_new_account_can_wait_for_approval(stand: Stand) -> None:
    with opened(stand.company) as session:
        accepted(session.new_customers.create(dataclasses.replace(NEW, on_hold=True)))
        [match] = find(session, CustomerQuery("q", account=NEW.account))["q"]
        prepared(session, make_order(stand, 213, account=NEW.account))

    assert match.on_hold


def test_a_look_up_that_fails_is_a_failure(stand: Stand) -> None:
    with opened(stand.company) as session:
        stand.inject("login_page", "find customer", times=None)
        assert failed(session.customers.find([CustomerQuery("q", account="SAILS")])).ends_cycle
        assert failed(session.new_customers.find_created([NEW.key])).ends_cycle
        failure = failed(session.new_customers.create(NEW))
        assert failure.sent is False

    assert stand.accounts(NEW.key) == []
