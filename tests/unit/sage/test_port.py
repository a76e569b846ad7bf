"""The port itself: what a session may be, and what is said of lengths."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.config import connection_rules, model
from tidegate.config.problem import Report
from tidegate.domain.orders.customers import account_reference
from tidegate.engine.length_check import check_lengths
from tidegate.sage.intacct import writing as intacct
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.port.orders import Guard, OrderWriting
from tidegate.sage.port.outcomes import Accepted
from tidegate.sage.port.session import Session
from tidegate.sage.sage50 import writing as sage50
from tidegate.sage.sage50.settings import Sage50Settings
from tidegate.sage.sage100 import writing as sage100
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage200.settings import Sage200Settings
from tidegate.sage.sage200.writing import writing
from tidegate.sage.sage300 import writing as sage300
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.x3 import writing as x3
from tidegate.sage.x3.settings import X3Settings

SAGE_200 = writing("spare_text_1")


def desk(about: OrderWriting) -> Any:
    return SimpleNamespace(about=about)


def test_what_a_room_does_not_name_it_has_not() -> None:
    session = Session(orders=desk(replace(SAGE_200, guard=Guard.TARGET_REFUSES)))
    desks = [each.name for each in fields(session) if each.name not in ("orders", "ties", "dated_stock")]
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


@pytest.mark.parametrize(
    ("settings", "about"),
    [
        (Sage200Settings(), SAGE_200),
        (IntacctSettings(), intacct.writing(IntacctSettings())),
        (Sage50Settings(), sage50.writing(10)),
        (Sage300Settings(), sage300.writing(Sage300Settings())),
        (Sage100Settings(), sage100.WRITING),
        (X3Settings(), x3.writing(X3Settings())),
    ],
    ids=["sage200", "intacct", "sage50", "sage300", "sage100", "x3"],
)
def test_the_prefix_of_accounts_is_as_long_as_the_room_lets_it(settings: Any, about: OrderWriting) -> None:
    """Four letters was one product's rule: 8 characters of a reference, of which a customer's number needs 4."""
    assert settings.longest_account == about.account_length
    for more in (0, 1):
        prefix = "W" * (settings.longest_account - connection_rules.OWN_ACCOUNT + more)
        report = Report("")
        rule = model.CustomerRule(account_prefix=prefix, guest_account="WEB")
        connection_rules._check_customers(rule, settings, "customers", report)
        assert len(report.problems) == more
        if more:
            with pytest.raises(ValueError, match="letters and digits"):
                account_reference(prefix, "17", about.account_length)
        else:
            assert account_reference(prefix, "17", about.account_length).endswith("0017")


def test_references_of_accounts_grow_no_longer_than_the_room_keeps() -> None:
    for length in (6, 8, 20):
        made = [account_reference("WE", "wanda@example.com", length, attempt) for attempt in range(5)]
        assert max(map(len, made)) <= length
        assert len(set(made)) == len(made)
