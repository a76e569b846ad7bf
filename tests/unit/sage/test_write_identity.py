"""Receipts, allocations and accounts: an answer that is not about the record leaves it in doubt."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tidegate.domain.books.bookkeeping import NewAllocation, NewReceipt
from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Address
from tidegate.sage.port.customers import NewCustomer
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.port.session import Purpose
from tidegate.sage.sage200.receipts import fingerprint
from unit.sage.scripted_api import World, make_world, ok, page

BANK = {"id": 4, "code": "BANK", "description": "Bank", "account_currency_id": 2103}
KEY = "magento:main:213:receipt"


@pytest.fixture
def world() -> World:
    made = make_world()
    made.api.on("GET", "/banks", ok([BANK]))
    return made


def receipt(world: World, reply: httpx.Response) -> Outcome:
    world.api.on("POST", "/sales_receipts", reply)
    new = NewReceipt(
        key=KEY,
        account="WEB001",
        clearing="BANK",
        amount=Decimal("54.00"),
        currency="GBP",
        day=date(2026, 3, 2),
        reference="000000213",
    )
    with world.company.session(Purpose.WRITING) as session:
        return session.receipts.post(new)


def allocation(world: World, reply: httpx.Response) -> Outcome:
    world.api.on("POST", "/sales_allocations", reply)
    new = NewAllocation(
        key=KEY,
        account="WEB001",
        debit_entry="1",
        credit_entry="2",
        amount=Decimal(5),
        day=date(2026, 3, 2),
    )
    with world.company.session(Purpose.WRITING) as session:
        return session.receipts.allocate(new)


def account(world: World, reply: httpx.Response) -> Outcome:
    world.api.on("GET", "/customers", ok([]))
    world.api.on("POST", "/customers", reply)
    new = NewCustomer(key="magento:main:c5", account="WEB005", name="Five", email="", address=Address())
    with world.company.session(Purpose.WRITING) as session:
        return session.new_customers.create(new)


CUSTOMER = {"id": 5, "reference": "WEB005", "name": "Five", "currency_id": 2103}
GOOD: list[tuple[Any, Any]] = [
    (receipt, {"urn": "1327"}),
    (receipt, {"urn": 1327}),
    (receipt, {"urn": "1327", "second_reference": fingerprint(KEY)}),
    (allocation, {"customer_id": 27825}),
    (allocation, {}),
    (account, {**CUSTOMER, "spare_text_1": "magento:main:c5"}),
    (account, {**CUSTOMER, "spare_text_1": None}),
]
BAD: list[tuple[Any, Any]] = [
    (receipt, {"urn": ""}),
    (receipt, {"id": 1327}),
    (receipt, {"urn": "posted"}),
    (receipt, {"urn": "1327", "second_reference": "TG-ANOTHER"}),
    (allocation, {"customer_id": 1}),
    (allocation, {"statusCode": 500, "message": "no"}),
    (allocation, True),
    (account, {**CUSTOMER, "spare_text_1": "magento:main:c6"}),
    (account, {**CUSTOMER, "reference": "OTHER"}),
    (account, {"statusCode": 500, "message": "no"}),
]


@pytest.mark.parametrize(("write", "answer"), GOOD)
def test_the_contract_s_answer_is_success(world: World, write: Any, answer: Any) -> None:
    for status in (200, 201):
        outcome = write(world, ok(answer, status))
        assert isinstance(outcome, Accepted), outcome


@pytest.mark.parametrize(("write", "answer"), BAD)
def test_another_answer_leaves_it_in_doubt(world: World, write: Any, answer: Any) -> None:
    outcome = write(world, ok(answer))
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.sent) == (Code.UNCLEAR_ANSWER, True)


@pytest.mark.parametrize("write", [receipt, allocation, account])
def test_a_web_page_with_200_leaves_it_in_doubt(world: World, write: Any) -> None:
    for reply in (page(200), httpx.Response(200, html=""), page(404), page(418)):
        outcome = write(world, reply)
        assert isinstance(outcome, Failure)
        assert (outcome.code, outcome.sent) == (Code.UNCLEAR_ANSWER, True)
