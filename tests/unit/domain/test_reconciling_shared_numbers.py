"""Two stores may give one number to different orders: a difference belongs to one of them, by its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from decimal import Decimal

import pytest

from tidegate.domain.books import month_orders
from tidegate.domain.books.agreement import CompanyOrder, Difference, Kind, Reconciliation
from tidegate.domain.states import State
from tidegate.engine import order_reviews
from tidegate.simulation import checking
from unit.domain.test_reconciliation import FIGURES, KEPT, KEY, NOW, SALE, SHOWN, facts, kinds, report

D = Decimal
OTHER = "magento:main:2"
NUMBER = SHOWN.number


def both(**changes: object) -> Reconciliation:
    """The first order is refunded in the shop alone; another store's order of the same number agrees."""
    return report(
        **{
            "store": {KEY: replace(SHOWN, closed=True, taken=FIGURES), OTHER: replace(SHOWN, key=OTHER)},
            "kept": {KEY: KEPT, OTHER: replace(KEPT, key=OTHER)},
            "company": {KEY: [SALE], OTHER: [CompanyOrder("43", "S43", D("54.00"))]},
            **changes,
        }
    )


def test_a_difference_belongs_to_the_order_and_not_to_its_number() -> None:
    found = both()
    assert kinds(found) == [Kind.CANCELLED_IN_MAGENTO]
    assert [each.order for each in found.differences] == [KEY]
    assert found.orders == {KEY: NUMBER, OTHER: NUMBER}
    assert list(order_reviews.by_order(found)) == [KEY]


def test_what_is_late_or_changed_or_missing_belongs_to_its_order_too() -> None:
    late = replace(KEPT, key=OTHER, state=State.IN_DOUBT, created_at=NOW.replace(day=1))
    for changes in (
        {"kept": {KEY: KEPT, OTHER: late}, "company": {KEY: [SALE]}},
        {"kept": {KEY: KEPT, OTHER: replace(KEPT, key=OTHER, figures=replace(FIGURES, goods=D(1)))}},
        {"company": {KEY: [SALE]}},
    ):
        found = both(store={KEY: SHOWN, OTHER: replace(SHOWN, key=OTHER)}, **changes)
        assert found.differences
        assert {each.order for each in found.differences} == {OTHER}


def test_what_is_about_no_order_has_none_though_it_be_numbered_alike() -> None:
    """An invoice may have the number of an order: it is no finding about that order."""
    found = Difference(kind=Kind.WITHOUT_ORDER, subject=NUMBER, text="nobody's")
    assert order_reviews.by_order(replace(both(), differences=(found,))) == {}


def test_rows_of_month_s_end_are_distinguished() -> None:
    """A table's rows have keys of their own: what changed since the last run is told by them."""
    waits = {key: replace(KEPT, key=key, state=State.HELD, reason="short-stock") for key in (KEY, OTHER)}
    shop = {key: replace(SHOWN, key=key) for key in (KEY, OTHER)}
    sheet = month_orders.waiting(facts(store=shop, kept=waits, company={}), UTC, compared=True)
    assert len({line.key for line in sheet.lines}) == len(sheet.lines) == 2
    refunded = {key: replace(each, closed=True, taken=FIGURES) for key, each in shop.items()}
    sheet = month_orders.found(both(store=refunded), "x", "X", frozenset(Kind), compared=True)
    assert len({line.key for line in sheet.lines}) == len(sheet.lines) == 2
    assert {line.cells["subject"] for line in sheet.lines} == {NUMBER}


def test_the_checker_knows_which_order_the_report_is_about() -> None:
    """Seeds 10000704 and 10000711: an order without a gap was taken for its namesake."""
    told = checking.reported(both())
    assert told.gaps == (("cancelled-in-magento", KEY, D("-54.00")),)
    assert told.orders == {KEY, OTHER}


# --- deliberate bug -----------------------------------------------------------------------------


def by_number(found: Reconciliation) -> Mapping[str, Sequence[Difference]]:
    """As it was: the last order of a number gets what is said of all of them."""
    keys = {number: key for key, number in found.orders.items()}
    return {keys[each.subject]: [each] for each in found.differences}


def test_bug_differences_are_given_to_an_order_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_reviews, "by_order", by_number)
    with pytest.raises(AssertionError):
        test_a_difference_belongs_to_the_order_and_not_to_its_number()
