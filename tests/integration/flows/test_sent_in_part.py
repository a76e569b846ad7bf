"""Orders that left without what was refunded before: what was sent is remembered, and what is there counts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.flows.company import BANK
from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from integration.flows.test_taken_back import FIVE, reduced, refund
from simulation import bugs_of_carelessness as careless
from tidegate.config import model
from tidegate.domain.states import State
from tidegate.flows.orders import reductions
from tidegate.ledger.models import Delivery


def sent_in_part(stage: Stage, fault: str = "") -> int:
    """One piece of five, each ten dollars, is refunded while the company is closed; then the rest is sent."""
    stage.lock()
    placed = stage.order("guest", **FIVE)
    stage.cycle()
    refund(stage, placed, 1)
    stage.cycle()
    stage.unlock()
    if fault:
        stage.break_sage(fault, on="send")
    stage.cycle(after=SETTLED)
    return placed


# What is there


def found_whole(stage: Stage) -> int:
    """It stands there as it was placed: a ledger restored since knew nothing of the first sending."""
    placed = sent_in_part(stage, "drop_after")
    assert stage.state(placed) is State.IN_DOUBT
    (there,) = stage.company.orders
    there.gross = Decimal("50.00")
    for _ in range(2):
        stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED
    return placed


def test_what_was_sent_in_part_and_is_there_whole_is_asked_about(stage: Stage) -> None:
    placed = found_whole(stage)
    assert stage.delivery(placed).subject == ""
    assert set(reduced(stage, placed).values()) == {"review"}


def test_the_bug_that_trusts_its_memory_of_what_was_sent_shows(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reductions, "forget", lambda item, now: None)
    assert set(reduced(stage, found_whole(stage)).values()) == {"skipped"}  # as if Sage had credited it


# What is paid of it


@pytest.fixture
def shop(build: Build) -> Fulfilled:
    stage = build()
    return Fulfilled(stage, payments={"*": model.Payment(account=BANK, prepaid=True)})


def received(shop: Fulfilled) -> list[Decimal]:
    """The receipt's value, where the company's answers state no total of an order."""
    placed = sent_in_part(shop.stage)
    Delivery.objects.filter(pk=shop.stage.delivery(placed).id).update(target_total=None)
    shop.run("payments")
    return [each.gross for each in shop.stage.company.receipts]


def test_where_no_total_is_stated_the_receipt_is_of_what_was_sent(shop: Fulfilled) -> None:
    assert received(shop) == [Decimal("40.00")]


def test_the_bug_that_posts_the_whole_order_shows(shop: Fulfilled, monkeypatch: pytest.MonkeyPatch) -> None:
    careless.a_receipt_of_the_whole_order(monkeypatch)
    assert received(shop) == [Decimal("50.00")]
