"""The port itself: what a session may be, and what is said of lengths."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.config import connection_rules, model
from tidegate.domain.orders.customers import account_reference
from tidegate.engine.length_check import check_lengths
from tidegate.sage.port.orders import Guard, OrderWriting
from tidegate.sage.port.outcomes import Accepted
from tidegate.sage.port.session import Session
from tidegate.sage.sage200.writing import writing

SAGE_200 = writing("spare_text_1")


def desk(about: OrderWriting) -> Any:
    return SimpleNamespace(about=about)


def test_what_a_room_does_not_name_it_has_not() -> None:
    session = Session(orders=desk(replace(SAGE_200, guard=Guard.TARGET_REFUSES)))
    desks = [each.name for each in fields(session) if each.name not in ("orders", "ties")]
    assert {getattr(session, name) for name in desks} == {None}
    with pytest.raises(FrozenInstanceError):
        session.stock = desk(SAGE_200)  # type: ignore[misc]


def test_a_guard_by_look_up_needs_a_look_up() -> None:
    with pytest.raises(ValueError, match="no order search"):
        Session(orders=desk(SAGE_200))


@pytest.mark.parametrize("guard", Guard)
def test_orders_are_looked_up_first_only_where_that_is_the_guard(guard: Guard) -> None:
    search: Any = object()
    session = Session(orders=desk(replace(SAGE_200, guard=guard)), order_search=search)
    assert (session.search_before_sending is search) is (guard is Guard.LOOK_UP_FIRST)


def test_an_acceptance_says_only_what_it_knows() -> None:
    accepted = Accepted("7", "")
    assert (accepted.number, accepted.status, accepted.gross, accepted.links) == ("", None, None, ())


def connection(**about: int) -> Any:
    settings = SimpleNamespace(
        customers=model.CustomerRule(
            guest_account="WEBSHOP00001", web_account="WEB", accounts={"17": "ACCOUNT-OF-17"}
        ),
        skus={"A": "X" * 31},
        reference_prefix="SHOP-NUMBER-2",
    )
    company = SimpleNamespace(about=SimpleNamespace(orders=replace(SAGE_200, **about)))
    return SimpleNamespace(name="web", settings=settings, company=company)


def test_lengths_are_the_room_s() -> None:
    found = [each.text.partition(":")[0] for each in check_lengths(connection())]
    assert found == ["customers.guest_account", "customers.accounts.17", "skus.A", "reference_prefix"]
    assert list(check_lengths(connection(account_length=20, product_length=31, reference_length=40))) == []
    assert [each.verdict for each in check_lengths(connection(account_length=12))][:1] == ["fail"]


def test_no_length_of_a_product_stands_in_the_configuration_s_rules() -> None:
    assert not [name for name in vars(connection_rules) if name in ("LONGEST_ACCOUNT", "LONGEST_PREFIX")]


def test_references_of_accounts_grow_no_longer_than_the_room_keeps() -> None:
    for length in (6, 8, 20):
        made = [account_reference("WEB", "wanda@example.com", length, attempt) for attempt in range(5)]
        assert max(map(len, made)) <= length
        assert len(set(made)) == len(made)
