"""Differences of orders as reviews, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW, captured
from tidegate.domain.books.agreement import Difference, Kind, Reconciliation
from tidegate.domain.money import ZERO
from tidegate.domain.states import State
from tidegate.engine.order_reviews import STEP, review
from tidegate.ledger import database, delivery, queue
from tidegate.ledger.account import account
from tidegate.ledger.faults import NotAllowed
from tidegate.ledger.queue import Item

NUMBER, KEY = "000000007", "magento:main:7"
DAY = timedelta(days=1)


def night(sage: str | None, *, nights: int = 1, examined: bool = True) -> Item:
    """One reconciliation that finds this total in Sage (None: all in order); the review as it stands then."""
    found = Difference(
        kind=Kind.TOTAL,
        subject=NUMBER,
        text="it differs",
        magento=Decimal("60.00"),
        sage=Decimal(sage or "0"),
        order=KEY,
    )
    report = Reconciliation(
        start=NOW.date(),
        end=NOW.date(),
        totals=(),
        waiting=ZERO,
        unexplained=ZERO,
        differences=(found,) if sage else (),
        orders={KEY: NUMBER},
        examined=frozenset({NUMBER} if examined else ()),
    )
    with database.transaction("test"):
        review(CONNECTION, "main", report, NOW + nights * DAY)
    (item,) = queue.listing(connection=CONNECTION, step=STEP)
    assert account(CONNECTION, "orders", "order").unexplained == 0
    assert account(CONNECTION, "orders", STEP).unexplained == 0
    return item


def test_of_two_orders_with_one_number_each_has_its_own_review(ledger: Ledger) -> None:
    """Store views may give the same number: the review stands beside the order that differs, and ends there."""
    other = "magento:main:8"
    captured(7)
    captured(8)
    found = Difference(kind=Kind.TOTAL, subject=NUMBER, text="it differs", order=KEY)
    report = Reconciliation(
        start=NOW.date(),
        end=NOW.date(),
        totals=(),
        waiting=ZERO,
        unexplained=ZERO,
        differences=(found,),
        orders={KEY: NUMBER, other: NUMBER},
        examined=frozenset({NUMBER}),
    )
    with database.transaction("test"):
        review(CONNECTION, "main", report, NOW)
    assert status() == [(7, State.REVIEW)]
    with database.transaction("test"):
        review(CONNECTION, "main", replace(report, differences=(replace(found, order=other),)), NOW + DAY)
    assert status() == [(7, State.SKIPPED), (8, State.REVIEW)]


def status() -> list[tuple[int | None, State]]:
    """The reviews by order."""
    items = queue.listing(connection=CONNECTION, step=STEP)
    return sorted((item.entity_id, item.state) for item in items)


def accepted(item: Item) -> None:
    """An operator's word."""
    with database.transaction("test"):
        delivery.skip(item.id, actor="anna", now=NOW + DAY, text="agreed with the customer")


def test_both_figures_and_the_ways_out_stand_in_the_review(ledger: Ledger) -> None:
    captured(7)
    item = night("59.40")
    assert (item.state, item.label, item.entity_id) == (State.REVIEW, NUMBER, 7)
    assert item.reason == (
        "total: it differs (Magento 60.00, Sage 59.40). Correct the side that is wrong: the next reconciliation ends "
        "this by itself. Or accept the difference: `tidegate queue skip 000000007 --step reconciliation --reason WHY`"
    )
    assert night("59.40", nights=2).changed_at == item.changed_at


def test_it_ends_by_itself_and_comes_back(ledger: Ledger) -> None:
    night("59.40")
    assert night(None, nights=2, examined=False).state is State.REVIEW
    ended = night(None, nights=2)
    assert (ended.state, ended.reason) == (State.SKIPPED, "no difference any more")
    assert night("59.40", nights=3).state is State.REVIEW


def test_what_was_accepted_is_raised_again_by_other_figures_only(ledger: Ledger) -> None:
    accepted(night("59.40"))
    assert night("59.40", nights=2).state is State.SKIPPED
    again = night("58.00", nights=3)
    assert again.state is State.REVIEW
    assert "Sage 58.00" in again.reason
    assert "Sage 57.00" in night("57.00", nights=4).reason


def test_a_difference_is_never_sent(ledger: Ledger) -> None:
    item = night("59.40")
    with database.transaction("test"), pytest.raises(NotAllowed, match="Correct the side that is wrong"):
        delivery.retry(item.id, actor="anna", now=NOW)
    with database.transaction("test"), pytest.raises(NotAllowed, match="Correct the side that is wrong"):
        delivery.link_to(item.id, "", "SO-1", actor="anna", now=NOW)
