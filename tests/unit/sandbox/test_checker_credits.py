"""A credit note with other fees than Magento's memo would have is a person's; any other one is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tidegate_sandbox.checker import Terms
from tidegate_sandbox.checker_credits import a_person_decides, fees_differ, of_nothing
from tidegate_sandbox.checker_documents import KINDS, Case, other_fees

ORDER = {
    "lines": [
        {"id": 1, "kind": "item", "key": "item:17", "quantity": "3", "net": "38.88", "tax": "2.33"},
        {"id": 2, "kind": "item", "key": "item:18", "quantity": "7", "net": "101.08", "tax": "6.06"},
        {"id": 3, "kind": "charge", "key": "", "quantity": "1", "net": "5.00", "tax": "0.30"},
        {"id": 4, "kind": "text", "key": "", "quantity": "1", "net": "0.01", "tax": "0.00"},
    ]
}
FIXED = {
    "id": 5,
    "kind": "text",
    "key": "extra:5:fixed_product_tax:17",
    "quantity": "1",
    "net": "4.11",
    "tax": "0",
}
WRAPPING = {
    "id": 6,
    "kind": "text",
    "key": "extra:5:gift_wrapping",
    "quantity": "1",
    "net": "2.50",
    "tax": "0",
}
FEE = {"id": 7, "kind": "text", "key": "extra:5:fees.eco", "quantity": "1", "net": "5", "tax": "0"}


def note(number: int, **lines: tuple[str, str, str]) -> dict[str, Any]:
    """A credit note; of each line quantity, net and tax."""
    rows = [
        {"line_id": int(name[1:]), "quantity": quantity, "net": net, "tax": tax}
        for name, (quantity, net, tax) in lines.items()
    ]
    return {"id": number, "lines": rows}


TERMS = Terms(
    store="main",
    store_ids=frozenset({1}),
    since=datetime(2026, 3, 1, tzinfo=UTC),
    states=frozenset({"new"}),
    statuses_never=frozenset(),
    currency="EUR",
    order_currencies={1: "EUR"},
    tolerance=Decimal("0.02"),
)
ONE_PIECE = note(10, l1=("1", "12.96", "0.78"))
ANOTHER = note(10, l2=("1", "14.44", "0.87"))


@pytest.mark.parametrize(
    ("fee", "credited", "asked"),
    [
        (None, ONE_PIECE, False),
        (None, note(10, l1=("1", "12.96", "0.78"), l3=("1", "5.00", "0.30")), False),
        (FIXED, ONE_PIECE, True),  # seed 10000025: Magento gives 1.37 back with the piece
        (FIXED, ANOTHER, False),  # of another product
        (FIXED, note(10, l1=("1", "12.96", "0.78"), l5=("1", "1.37", "0")), False),
        (FIXED, note(10, l1=("1", "12.96", "0.78"), l5=("1", "4.11", "0")), True),
        (WRAPPING, ONE_PIECE, True),  # all of it comes back with the first memo
        (WRAPPING, note(10, l1=("1", "12.96", "0.78"), l6=("1", "2.50", "0")), False),
        (FEE, ONE_PIECE, False),  # a fee is kept unless somebody gives it back
        (FEE, note(10, l1=("1", "12.96", "0.78"), l7=("1", "5", "0")), True),
    ],
)
def test_who_decides_about_a_credit_note(
    fee: dict[str, Any] | None, credited: dict[str, Any], asked: bool
) -> None:
    there = {"lines": [*ORDER["lines"], *([fee] if fee else [])]}
    assert a_person_decides(there, credited, []) is asked


def test_wrapping_comes_back_with_the_first_memo_alone() -> None:
    there = {"lines": [*ORDER["lines"], WRAPPING]}
    earlier = note(9, l2=("1", "14.44", "0.87"))
    assert not a_person_decides(there, ONE_PIECE, [earlier])
    of_another_order = {"id": 9, "lines": [{"line_id": 99, "quantity": "1", "net": "1", "tax": "0"}]}
    assert a_person_decides(there, ONE_PIECE, [of_another_order])


@pytest.mark.parametrize(("made", "asked"), [(False, True), (True, False)])
def test_wrapping_stays_due_while_the_first_note_waits_for_a_person(made: bool, asked: bool) -> None:
    """Seed 10000151: the first note was a person's, so that the second one's memo would be the shop's first."""
    first = note(9, l2=("1", "14.44", "0.87"))
    memos = [{"comments": ["Sage credit note 0000000009"]}] if made else []
    case = Case(
        order={"entity_id": 5, "creditmemos": memos},
        there={"lines": [*ORDER["lines"], WRAPPING]},
        documents={"credits": {"0000000009": first, "0000000010": ONE_PIECE}},
        reported=(),
    )
    assert other_fees(case, KINDS[2], ONE_PIECE, TERMS) is asked


UNNAMED = {"id": 8, "kind": "text", "key": "", "quantity": "1", "net": "7.50", "tax": "0.30"}
"""Shipping of 5.30 and what else the order was charged, in one amount."""


@pytest.mark.parametrize(
    ("unasked", "amount", "asked"),
    [
        ({}, None, False),
        ({}, "5.30", False),  # all shipping
        ({}, "2.65", False),  # a part of it
        ({}, "5.32", False),  # and what rounding leaves
        ({}, "10.30", True),  # weeks 42, 49, 91, 98 of X3: a fee, which no memo gives back
        ({"at_once": "2.50"}, None, True),  # week 35: the first memo gives the wrapping back
        ({"at_once": "2.50"}, "2.50", False),
        ({"at_once": "2.50"}, "7.80", False),
        ({"at_once": "2.50"}, "7.85", True),
        ({"fixed_tax": {17: "1.37"}}, None, True),
        ({"fixed_tax": {17: "1.37"}}, "1.37", False),
        ({"fixed_tax": {18: "1.37"}}, None, False),
        ({"shipping": "0"}, "5.30", True),  # somebody has given it back before
    ],
)
def test_a_company_without_our_keys_is_compared_by_what_the_shop_would_give_back(
    unasked: dict[str, Any], amount: str | None, asked: bool
) -> None:
    order = {"store_id": 1, "unasked": {"at_once": "0", "fixed_tax": {}, "shipping": "5.30"} | unasked}
    there = {"lines": [ORDER["lines"][0], UNNAMED]}
    more = {"l8": ("1", amount, "0")} if amount else {}
    credited = note(10, l1=("1", "12.96", "0.78"), **more)
    assert fees_differ(order, there, credited, [], TERMS) is asked


def test_the_side_is_that_of_the_company_s_currency() -> None:
    own = {"at_once": "2.50", "fixed_tax": {}, "shipping": "0"}
    base = {f"base_{name}": {} if name == "fixed_tax" else "0" for name in own}
    order, there = {"store_id": 1, "unasked": own | base}, {"lines": [ORDER["lines"][0], UNNAMED]}
    assert fees_differ(order, there, ONE_PIECE, [], TERMS)
    assert not fees_differ(order, there, ONE_PIECE, [], replace(TERMS, currency="GBP"))
    made_before = note(9, l1=("1", "12.96", "0.78"))
    assert not fees_differ(order, there, ONE_PIECE, [made_before], TERMS)


@pytest.mark.parametrize(
    ("credited", "ordered", "nothing"),
    [("0.00", "0.00", True), ("0.00", "8.40", False), ("8.40", "8.40", False), ("0.01", "0.00", False)],
)
def test_no_memo_is_due_of_a_note_of_nothing_over_an_order_of_nothing(
    credited: str, ordered: str, nothing: bool
) -> None:
    company = {"orders": [{"id": 4, "gross": ordered}, {"id": 5, "gross": "9.00"}]}
    assert of_nothing({"gross": credited, "order_ids": [4]}, company) is nothing
