"""Carriage on an invoice over several orders: each order's is compared where Sage tells it, else that is said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from tidegate.domain.states import State
from tidegate.engine.reconcile import compare, last_days
from tidegate.flows.fulfilment import invoices
from tidegate.ledger import trace

CARRIAGE = ("12.00", "9.00")


@pytest.fixture
def shop(build: Build) -> Fulfilled:
    """Guests' orders, all on one account of the company."""
    return Fulfilled(build())


def billed(shop: Fulfilled, *carriage: str) -> tuple[list[int], Any]:
    """Two orders with so much carriage each, on one invoice."""
    placed = [
        shop.sent("guest", lines=((f"HUB-000{number}", 2),), shipping=Decimal(each))
        for number, each in enumerate(carriage, 1)
    ]
    for each in placed:
        shop.despatch(each)
    shop.run("shipments")
    (made,) = shop.stage.company.invoice_run([shop.order(each).number for each in placed], consolidate=True)
    return placed, made


def state(shop: Fulfilled, placed: int) -> tuple[State, str]:
    item = shop.item(placed, "invoices", "invoice:")
    return item.state, item.reason_code


def history(shop: Fulfilled, placed: int) -> str:
    """What `trace` tells of the order's invoice."""
    (found,) = trace.trace(str(shop.stage.shop_order(placed)["increment_id"]))
    return " ".join(event.text for each in found.deliveries for event in each.events)


def reconciled(shop: Fulfilled) -> tuple[list[str], str]:
    shop.run("payments")
    found = compare(shop.stage.connection, last_days(shop.stage.connection, 7))
    return [each.kind.value for each in found.differences], "; ".join(found.unchecked)


def test_carriage_that_sage_reports_is_compared(shop: Fulfilled) -> None:
    placed, made = billed(shop, *CARRIAGE)
    shop.run("invoices")
    assert [state(shop, each) for each in placed] == [(State.CONFIRMED, "")] * 2
    assert all("not compared" not in history(shop, each) for each in placed)
    assert reconciled(shop) == ([], "")
    assert made.number


def dearer(shop: Fulfilled, made: Any) -> None:
    """A pound more carriage of each order than the shop has."""
    for carriage in CARRIAGE:
        made = shop.stage.company.correct(made, Decimal(1), net=Decimal(carriage))


def test_planted_in_the_carriage_of_each_order(shop: Fulfilled) -> None:
    placed, made = billed(shop, *CARRIAGE)
    dearer(shop, made)
    shop.run("invoices")
    assert [state(shop, each) for each in placed] == [(State.REVIEW, "totals-differ")] * 2
    assert "invoiced" in reconciled(shop)[0]


def test_carriage_that_sage_does_not_tell_is_said_not_to_be_compared(shop: Fulfilled) -> None:
    shop.stage.turn(states_charges=False)
    placed, made = billed(shop, *CARRIAGE)
    shop.run("invoices")
    note = f"the carriage of invoice {made.number} is not compared, since the invoice is for several orders"
    for each in placed:
        assert state(shop, each) == (State.CONFIRMED, "")
        assert note in history(shop, each)
    differences, unchecked = reconciled(shop)
    assert (differences, unchecked) == ([], note)


def test_bug_nothing_is_said(shop: Fulfilled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoices, "not_compared", lambda number: "")
    with pytest.raises(AssertionError):
        test_carriage_that_sage_does_not_tell_is_said_not_to_be_compared(shop)


def test_bug_each_order_s_charges_are_nobody_s(shop: Fulfilled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoices, "part_of", lambda document, key: None)
    with pytest.raises(AssertionError):
        test_planted_in_the_carriage_of_each_order(shop)
