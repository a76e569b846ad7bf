"""Magento's answers while somebody else writes to the same order: read again, then believed."""

from __future__ import annotations

import pytest

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from tidegate.domain.states import State

PAPERS = {"shipments": "shipments", "invoices": "invoices", "credits": "creditmemos"}
PREFIX = {"shipments": "shipment:", "invoices": "invoice:", "credits": "credit:"}


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    return Fulfilled(stage)


def prepared(shop: Fulfilled, flow: str) -> int:
    """An order whose next document is this flow's."""
    placed = shop.sent()
    shop.despatch(placed)
    if flow == "shipments":
        return placed
    shop.run("shipments")
    shop.invoice(placed)
    if flow == "invoices":
        return placed
    shop.run("invoices")
    shop.credit(placed)
    return placed


@pytest.mark.parametrize("flow", PAPERS)
@pytest.mark.parametrize(("status", "done"), [(500, True), (500, False), (400, True)])
def test_point_22_a_busy_order_gets_each_document_once(
    shop: Fulfilled, flow: str, status: int, done: bool
) -> None:
    placed = prepared(shop, flow)
    shop.stage.break_shop("order_busy", status=status, done=done)
    shop.run(flow)
    expected = State.CONFIRMED if status == 400 else State.IN_DOUBT
    assert shop.item(placed, flow, PREFIX[flow]).state is expected
    shop.run(flow, after=SETTLED)
    assert shop.item(placed, flow, PREFIX[flow]).state is State.CONFIRMED
    assert len(shop.documents(placed)[PAPERS[flow]]) == 1


@pytest.mark.parametrize("flow", PAPERS)
def test_a_refusal_that_made_nothing_is_a_review(shop: Fulfilled, flow: str) -> None:
    placed = prepared(shop, flow)
    shop.stage.break_shop("order_busy", status=400, done=False)
    shop.run(flow)
    assert shop.item(placed, flow, PREFIX[flow]).state is State.REVIEW
    assert shop.documents(placed)[PAPERS[flow]] == []


@pytest.mark.parametrize("flow", PAPERS)
def test_point_24_a_page_instead_of_an_answer_is_no_answer(shop: Fulfilled, flow: str) -> None:
    placed = prepared(shop, flow)
    shop.stage.break_shop("maintenance", times=None)
    shop.run(flow)
    assert shop.item(placed, flow, PREFIX[flow]).state is State.QUEUED
    shop.stage.mend()
    shop.run(flow)
    assert shop.item(placed, flow, PREFIX[flow]).state is State.CONFIRMED
    assert len(shop.documents(placed)[PAPERS[flow]]) == 1
