"""Money of orders that are gone in Sage: it is posted by nobody but a person."""

from __future__ import annotations

import pytest

from integration.flows.company import BANK
from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED
from simulation import bugs_of_carelessness as careless
from tidegate.config import model
from tidegate.domain.states import State
from tidegate.engine.interventions import Act


@pytest.fixture
def shop(build: Build) -> Fulfilled:
    stage = build()
    return Fulfilled(stage, payments={"*": model.Payment(account=BANK, prepaid=True)})


def cancelled_in_sage(shop: Fulfilled) -> int:
    placed = shop.sent()
    company = shop.stage.company
    company.cancel(shop.stage.delivery(placed).target_number)
    return placed


def receipts(shop: Fulfilled) -> int:
    return len(shop.stage.company.receipts)


@pytest.mark.parametrize("in_the_shop", [False, True], ids=["in Sage alone", "in the shop, too"])
def test_no_receipt_for_an_order_that_sage_has_cancelled(shop: Fulfilled, in_the_shop: bool) -> None:
    placed = cancelled_in_sage(shop)
    if in_the_shop:
        shop.stage.world.shopper.cancel(placed)
        shop.stage.cycle()
    shop.run("payments")
    deposit = shop.item(placed, "payments", "deposit")
    assert (deposit.state, deposit.reason_code) == (State.REVIEW, "cancel-after-send")
    assert "cancelled before its receipt was posted" in deposit.reason
    assert receipts(shop) == 0


def test_no_receipt_waits_for_an_order_that_sage_no_longer_has(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.stage.company.delete(shop.stage.delivery(placed).target_number)
    shop.run("payments")
    assert shop.item(placed, "payments", "deposit").state is State.QUEUED, "a list may lag behind"
    shop.stage.world.clock.advance(SETTLED.total_seconds())
    shop.run("payments")
    deposit = shop.item(placed, "payments", "deposit")
    assert (deposit.state, deposit.reason_code) == (State.REVIEW, "cancel-after-send")
    assert "no longer has the order" in deposit.reason
    assert receipts(shop) == 0


def test_an_allocation_waits_with_its_receipt_and_says_so(shop: Fulfilled) -> None:
    """Seen before: the receipt was a person's, and its allocation queued for ever: no list of what waits named it."""
    shop.stage.reopen(payments={"*": model.Payment(account="9999", prepaid=True)})
    placed = shop.sent()
    shop.despatch(placed)
    shop.invoice(placed)
    shop.run("shipments", "payments", "payments")
    deposit, waiting = (shop.item(placed, "payments", step) for step in ("deposit", "allocation:"))
    assert deposit.state in (State.REVIEW, State.HELD), deposit.reason
    assert (waiting.state, waiting.waits_for) == (State.HELD, "step:deposit")
    assert f"deposit of payments comes first and is {deposit.state}" in waiting.reason
    shop.stage.reopen(payments={"*": model.Payment(account=BANK, prepaid=True)})
    shop.stage.act(Act.RETRY, placed, "deposit", "payments")
    for _ in range(3):
        shop.run("payments")
    assert shop.item(placed, "payments", "allocation:").state is State.CONFIRMED


def test_the_check_bites(shop: Fulfilled, monkeypatch: pytest.MonkeyPatch) -> None:
    careless.a_receipt_for_a_cancelled_order(monkeypatch)
    cancelled_in_sage(shop)
    shop.run("payments")
    assert receipts(shop) == 1
