"""The checker of companies that cannot be asked for an order: what nobody could know is no lie, everything else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tidegate_sandbox.checker import Terms, Verdict, notes_written, nothing_lost, nothing_stuck
from tidegate_sandbox.checker_stock import Shelf

ASKED = Terms(
    store="main",
    store_ids=frozenset({1}),
    since=datetime(2026, 3, 1, tzinfo=UTC),
    states=frozenset({"new"}),
    statuses_never=frozenset(),
    currency="EUR",
    order_currencies={1: "EUR"},
)
UNASKED = replace(ASKED, looks_up=False)
ORDER = {
    "entity_id": 7,
    "store_id": 1,
    "state": "canceled",
    "status": "canceled",
    "created_at": "2026-03-02 10:00:00",
    "ext_order_id": None,
    "comments": [],
}
THERE = {"number": "26/000003", "status": "live"}


def promises(terms: Terms, order: Any, there: Any, told: Any, cancel: str = "") -> set[str]:
    """What is found broken of one order."""
    verdict = Verdict()
    company = {"orders_by_key": {"magento:main:7": [there]}}
    cancellations = {7: {"state": cancel}} if cancel else {}
    nothing_lost(order, company, {7: told}, cancellations, terms, verdict)
    notes_written([order], {7: told}, terms, verdict)
    return {each.promise for each in verdict.violations}


@pytest.mark.parametrize(
    ("terms", "cancel", "wrong"),
    [(UNASKED, "review", False), (UNASKED, "confirmed", True), (UNASKED, "", True), (ASKED, "review", True)],
)
def test_cancelled_here_and_there_alive_is_reported_where_a_person_was_asked_to_look(
    terms: Terms, cancel: str, wrong: bool
) -> None:
    told = {"state": "cancelled", "reason": "cancelled in the store", "target_number": ""}
    assert promises(terms, ORDER, THERE, told, cancel) == ({"reports are true"} if wrong else set())


@pytest.mark.parametrize(
    ("number", "number_told", "noted", "wrong"),
    [
        ("", False, None, set()),
        ("", True, None, {"reports are true"}),
        ("", False, "26/000009", {"noted"}),
        ("26/000003", False, "26/000003", {"noted"}),  # no comment names it
        ("26/000004", False, "26/000004", {"reports are true", "noted"}),
    ],
)
def test_a_number_that_no_result_named_is_not_missed(
    number: str, number_told: bool, noted: str | None, wrong: set[str]
) -> None:
    order = {**ORDER, "state": "new", "status": "new", "ext_order_id": noted}
    told = {"state": "confirmed", "reason": "", "target_number": number}
    assert promises(UNASKED, order, {**THERE, "number_told": number_told}, told) == wrong


@pytest.mark.parametrize(
    ("terms", "despatch", "wrong"),
    [(UNASKED, "fully", False), (UNASKED, "none", True), (ASKED, "fully", True)],
)
def test_a_person_decides_on_other_content_of_an_order_whose_goods_have_left(
    terms: Terms, despatch: str, wrong: bool
) -> None:
    order = {
        **ORDER,
        "state": "new",
        "status": "new",
        "increment_id": "7",
        "relation_parent_id": None,
        "tax_percents": [],
        "pieces": {},
        "cancelled": {},
        "creditmemos": [],
        "grand_total": 0,
        "base_grand_total": 0,
    }
    there = {**THERE, "key": "magento:main:7", "despatch": despatch}
    company = {"orders_by_reference": {"7": [there]}, "items": {}, "customers": []}
    told = {7: {"state": "review", "reason": "The order is delivered."}}
    verdict = Verdict()
    nothing_stuck(order, company, told, {}, (), replace(terms, tax_percents=frozenset()), verdict)
    assert bool(verdict.violations) is wrong


@pytest.mark.parametrize(("heard_of", "unclear"), [(True, set()), (False, {"A"})])
def test_stock_of_an_order_that_this_hub_has_never_seen_is_unclear(heard_of: bool, unclear: set[str]) -> None:
    order = {**ORDER, "pieces": {"A": "2"}, "awaited": {}, "shipments": []}
    there = {**THERE, "id": 1, "key": "magento:main:7", "lines": [], "heard_of": heard_of}
    company = {"orders": [there], "despatches": [], "stock": {}, "now": "2026-03-03T10:00:00+00:00"}
    assert Shelf({"orders": [order]}, company, UNASKED).unclear() == unclear


@pytest.mark.parametrize(("in_doubt", "least"), [((), 10), ((7,), 7)])
def test_what_an_order_in_doubt_has_taken_off_need_not_come_back_where_no_list_shows_it(
    in_doubt: tuple[int, ...], least: int
) -> None:
    order = {**ORDER, "pieces": {"A": "3"}, "awaited": {"A": "3"}, "shipments": [], "virtual": False}
    line = {"id": 5, "kind": "item", "code": "A", "warehouse": "HOME", "allocated": "0", "despatched": "3"}
    there = {
        **THERE,
        "id": 1,
        "key": "magento:main:7",
        "lines": [line],
        "updated_at": "2026-03-02T10:00:00+00:00",
    }
    company = {
        "orders": [there],
        "despatches": [],
        "stock": {"A": {"HOME": {"on_hand": "8", "allocated": "0"}}},
        "now": "2026-03-03T10:00:00+00:00",
    }
    terms = replace(UNASKED, looks_up=True, sources={"HOME": "default"})
    shelf = Shelf({"orders": [order]}, company, terms, unclear=in_doubt)
    assert shelf.least() == {("A", "default"): Decimal(least)}
