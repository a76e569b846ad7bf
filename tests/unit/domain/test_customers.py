"""Whose account an order goes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.orders import customers
from tidegate.domain.orders.customers import (
    Answer,
    CreateCustomer,
    CustomerRules,
    Decision,
    LookUp,
    Query,
    UseAccount,
    account_reference,
    proof,
)
from tidegate.domain.orders.keys import customer_key
from tidegate.domain.orders.order import Customer, Order
from tidegate.domain.orders.person import Person, who_ordered
from tidegate.sage.port.customers import CustomerMatch
from unit.domain.orders import CUST_PO_COUPON, GUEST_TAX, LONDON


@dataclass(frozen=True)
class Match:
    account: str
    name: str = "Wanda Holesale"
    key: str = ""
    currency: str = ""


def after_look_up(order: Order, rules: CustomerRules, matches: Any, currency: str = "") -> Answer:
    """The decision about a customer whose key the company keeps whole."""
    number = order.customer.id
    key = customer_key(order.store, number, currency) if number is not None else ""
    return customers.after_look_up(who_ordered(order, currency), rules, matches, key)


def wanted_account(order: Order, rules: CustomerRules) -> Decision:
    """Whose account it is, or what must be looked up."""
    return customers.wanted_account(who_ordered(order), rules)


def rules(**changes: Any) -> CustomerRules:
    return CustomerRules(connection="us", **({"account_length": 8} | changes))


def with_account(account: str) -> Order:
    customer = msgspec.structs.replace(CUST_PO_COUPON.customer, account=account)
    return msgspec.structs.replace(CUST_PO_COUPON, customer=customer)


#: The website of these orders, whose e-mail addresses are believed.
BELIEVED = {"trust_emails": ("base",)}


def test_the_connection_s_own_mapping_comes_first() -> None:
    mapped = {"wanda@example.com": "OTHER", "1": "MAPPED"}
    decided = wanted_account(with_account("ABC001"), rules(accounts=mapped, **BELIEVED))
    assert decided == UseAccount("MAPPED", "mapping")


@pytest.mark.parametrize("key", ["wanda@example.com", " Wanda@Example.com "])
def test_a_mapping_by_e_mail_counts_only_where_addresses_are_trusted(key: str) -> None:
    order = with_account("ABC001")
    assert wanted_account(order, rules(accounts={key: "M"}, **BELIEVED)) == UseAccount("M", "e-mail")
    decided = wanted_account(order, rules(accounts={key: "M"}, trust_emails=("other",)))
    assert isinstance(decided, Failure)
    assert (decided.code, decided.missing) == (Code.UNPROVEN_CUSTOMER, "customer:base:1")
    assert '"1" = "M"' in decided.text


def test_a_guest_who_types_a_mapped_buyer_s_e_mail_is_a_guest() -> None:
    mapped = {"gus@example.com": "GUS"}
    decided = wanted_account(GUEST_TAX, rules(accounts=mapped, guest_account="WEB", **BELIEVED))
    assert decided == UseAccount("WEB", "guest account")
    held = wanted_account(GUEST_TAX, rules(accounts=mapped, **BELIEVED))
    assert isinstance(held, Failure)
    assert held.missing == "customer:base:guest"


def test_a_match_by_e_mail_is_a_person_s_decision_unless_addresses_are_trusted() -> None:
    found = {"email:wanda@example.com": [Match("X1")]}
    for unknown in ("create", "web-account", "hold"):
        answer = after_look_up(CUST_PO_COUPON, rules(unknown=unknown, guest_account="WEB"), found)
        assert isinstance(answer, Failure)
        assert answer.code is Code.UNPROVEN_CUSTOMER
        assert "X1" in answer.text
    assert after_look_up(CUST_PO_COUPON, rules(**BELIEVED), found) == UseAccount("X1", "e-mail")


def test_an_e_mail_is_no_proof() -> None:
    assert [proof(how) for how in ("mapping", "created by Tidegate", "operator")] == [True] * 3
    assert [proof(how) for how in ("e-mail", "matched", "web account", "guest account", "")] == [False] * 5


def test_an_order_s_guest_is_never_found_by_an_id() -> None:
    decided = wanted_account(GUEST_TAX, rules(accounts={"None": "X", "": "Y"}, guest_account="WEB"))
    assert decided == UseAccount("WEB", "guest account")


def test_without_guest_account_the_order_waits_and_the_key_is_named() -> None:
    decided = wanted_account(GUEST_TAX, rules())
    assert isinstance(decided, Failure)
    assert (decided.code, decided.missing) == (Code.UNKNOWN_CUSTOMER, "customer:base:guest")
    assert "guest_account to [connections.us.customers]" in decided.text
    assert not decided.sent


def test_what_is_looked_up_in_which_order() -> None:
    account = Query(key="account:ABC001", account="ABC001")
    email = Query(key="email:wanda@example.com", email="wanda@example.com")
    assert wanted_account(with_account("ABC001"), rules()) == LookUp((account, email))
    assert wanted_account(CUST_PO_COUPON, rules()) == LookUp((email,))


def test_the_account_known_by_the_store_comes_before_the_e_mail() -> None:
    order = with_account("ABC001")
    both = {"account:ABC001": [Match("ABC001")], "email:wanda@example.com": [Match("X1"), Match("X2")]}
    assert after_look_up(order, rules(), both) == UseAccount("ABC001", "account known by the store")
    gone = {"account:ABC001": [], "email:wanda@example.com": [Match("X1")]}
    assert after_look_up(order, rules(**BELIEVED), gone) == UseAccount("X1", "e-mail")


def test_one_account_found_twice_is_one() -> None:
    found = {"email:wanda@example.com": [Match("X1"), Match("X1")]}
    assert after_look_up(CUST_PO_COUPON, rules(**BELIEVED), found) == UseAccount("X1", "e-mail")


def test_several_accounts_with_one_e_mail_are_a_person_s_decision() -> None:
    found = {"email:wanda@example.com": [Match("X1", "Wanda"), Match("X2", "Wholesale Ltd")]}
    answer = after_look_up(CUST_PO_COUPON, rules(unknown="create"), found)
    assert isinstance(answer, Failure)
    assert (answer.code, answer.group) == (Code.AMBIGUOUS_CUSTOMER, Group.REVIEW)
    assert "X1 (Wanda), X2 (Wholesale Ltd)" in answer.text
    assert answer.details["accounts"] == "X1, X2"


def test_the_account_that_tidegate_created_for_this_customer_wins() -> None:
    found = {
        "email:wanda@example.com": [
            Match("X1"),
            Match("W0000001", key="magento:main:customer:1"),
            Match("X2"),
        ]
    }
    assert after_look_up(CUST_PO_COUPON, rules(), found) == UseAccount("W0000001", "created by Tidegate")


def test_an_account_created_for_another_website_s_customer_is_not_taken() -> None:
    found = {"email:wanda@example.com": [Match("W0000099", key="magento:main:customer:99")]}
    answer = after_look_up(CUST_PO_COUPON, rules(), found)
    assert isinstance(answer, Failure)
    assert (answer.code, answer.missing) == (Code.UNKNOWN_CUSTOMER, "customer:base:wanda@example.com")


def test_the_port_s_matches_fit() -> None:
    found = {"email:wanda@example.com": [CustomerMatch(id="1", account="X1", name="Wanda")]}
    assert after_look_up(CUST_PO_COUPON, rules(**BELIEVED), found) == UseAccount("X1", "e-mail")


def test_rule_hold() -> None:
    answer = after_look_up(CUST_PO_COUPON, rules(unknown="hold"), {})
    assert isinstance(answer, Failure)
    assert answer.group is Group.HOLD_FOR_FIX
    assert answer.missing == "customer:base:wanda@example.com"


@pytest.mark.parametrize(
    ("change", "account"),
    [({"web_account": "WEBSHOP", "guest_account": "WEB"}, "WEBSHOP"), ({"guest_account": "WEB"}, "WEB")],
)
def test_rule_web_account(change: dict[str, str], account: str) -> None:
    answer = after_look_up(CUST_PO_COUPON, rules(unknown="web-account", **change), {})
    assert answer == UseAccount(account, "web account")


def test_rule_web_account_without_one() -> None:
    answer = after_look_up(CUST_PO_COUPON, rules(unknown="web-account"), {})
    assert isinstance(answer, Failure)
    assert "set web_account in [connections.us.customers]" in answer.text


def test_rule_create() -> None:
    order = msgspec.structs.replace(CUST_PO_COUPON, billing=LONDON)
    answer = after_look_up(order, rules(unknown="create", create_on_hold=True), {})
    assert answer == CreateCustomer(
        key="magento:main:customer:1",
        stored_key="magento:main:customer:1",
        account="W0000001",
        prefix="W",
        length=8,
        identity="1",
        name="Tobee Ltd",
        email="wanda@example.com",
        address=LONDON,
        vat_number="US-99-1234567",
        on_hold=True,
    )


def test_a_customer_without_e_mail() -> None:
    order = msgspec.structs.replace(CUST_PO_COUPON, customer=Customer(email="", id=7))
    assert wanted_account(order, rules()) == LookUp(())
    created = after_look_up(order, rules(unknown="create"), {})
    assert isinstance(created, CreateCustomer)
    assert created.name == "Acme Tools LLC"


identities = st.integers(1, 10**12).map(str) | st.from_regex(r"\A[a-z]{1,9}@[a-z]{1,9}\.example\Z")


@given(st.sampled_from(["", "W", "web", "AB12"]), identities)
def test_account_references(prefix: str, identity: str) -> None:
    candidates = [account_reference(prefix, identity, 8, attempt) for attempt in range(20)]
    assert candidates == [account_reference(prefix, identity, 8, attempt) for attempt in range(20)]
    assert len(set(candidates)) == 20
    assert all(len(each) == 8 and each == each.upper() and each.isalnum() for each in candidates)
    assert all(each.startswith(prefix.upper()) for each in candidates)


@given(identities)
def test_a_room_that_keeps_more_gets_references_as_readable(identity: str) -> None:
    longer = [account_reference("W", identity, 20, attempt) for attempt in range(5)]
    assert len(set(longer)) == 5
    assert all(len(each) <= 20 for each in longer)
    if identity.isdigit() and len(identity) <= 7:
        assert longer[0] == account_reference("W", identity, 8)


def test_the_first_reference_shows_the_customer_s_number() -> None:
    assert account_reference("W", "17", 8) == "W0000017"
    assert account_reference("WEB", "123456", 8) != "WEB123456"
    assert account_reference("W", "Wanda@Example.com", 8) == account_reference("W", "wanda@example.com", 8)


@pytest.mark.parametrize("prefix", ["TOOLONG", "W-", "Ä"])
def test_prefixes_that_make_no_reference(prefix: str) -> None:
    with pytest.raises(ValueError, match="at most 4 letters and digits"):
        account_reference(prefix, "17", 8)


def test_where_each_currency_has_an_account_those_of_others_do_not_count() -> None:
    found = {
        "email:wanda@example.com": [Match("DOLLARS", currency="USD"), Match("EUROS", currency="EUR")],
    }
    assert after_look_up(CUST_PO_COUPON, rules(**BELIEVED), found, "EUR") == UseAccount("EUROS", "e-mail")
    pounds = after_look_up(CUST_PO_COUPON, rules(unknown="create", **BELIEVED), found, "GBP")
    assert isinstance(pounds, CreateCustomer)
    assert (pounds.currency, pounds.key) == ("GBP", "magento:main:customer:1:GBP")
    dollars = after_look_up(CUST_PO_COUPON, rules(unknown="create"), {}, "USD")
    assert isinstance(dollars, CreateCustomer)
    assert dollars.account != pounds.account, "both may be made"


@pytest.mark.parametrize(
    ("order", "accounts", "expected"),
    [(CUST_PO_COUPON, {"1": "MAPPED"}, "MAPPED"), (CUST_PO_COUPON, {}, ""), (GUEST_TAX, {"1": "MAPPED"}, "")],
)
def test_an_order_that_carries_its_customer_has_the_mapped_account_or_none(
    order: Order, accounts: dict[str, str], expected: str
) -> None:
    assert customers.account_inside(who_ordered(order), rules(accounts=accounts, unknown="hold")) == expected


def test_a_registration_that_an_older_version_has_kept_as_an_order_of_nothing_is_a_person() -> None:
    kept = msgspec.json.encode(msgspec.structs.replace(CUST_PO_COUPON, increment_id="customer 1", lines=()))
    person = msgspec.json.decode(kept, type=Person)
    assert person.label == "customer 1"
    assert (person.store, person.customer, person.billing) == (
        CUST_PO_COUPON.store,
        CUST_PO_COUPON.customer,
        CUST_PO_COUPON.billing,
    )
