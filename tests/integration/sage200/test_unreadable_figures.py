"""Figures of Sage 200 that cannot be read: their record waits by its name, the others go on.

A wire test: what is no figure is a thing of this product's JSON, and each list names its fields in its own way.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.flows.billing import shipped
from integration.flows.fulfilment import Fulfilled
from integration.over_the_wire import WireStage as Stage
from integration.sage200.conftest import Build
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.domain.states import State

HOUR = Flow(every="1h")
DAY = timedelta(days=1, minutes=1)


@pytest.mark.parametrize("figure", ["null", "missing", "text", "huge"])
def test_a_bad_invoice_waits_through_whole_cycles_and_the_other_goes(stage: Stage, figure: str) -> None:
    shop = Fulfilled(stage)
    placed = [shipped(shop), shipped(shop)]
    bad, _ = [shop.invoice(each) for each in placed]
    stage.break_sage(
        "unreadable",
        None,
        path="/sop_order_return_invoice_credit_views$",
        field="sop_invoice_credit_total_gross_value",
        figure=figure,
        record=bad.number,
    )
    for _ in range(2):
        (report,) = shop.run("invoices")
        assert report.outcome == "done"
        assert [len(shop.documents(each)["invoices"]) for each in placed] == [0, 1]
        assert ("unreadable-rows", "invoices: Sage") in stage.alerts()
    stage.mend()
    shop.run("invoices")
    assert [len(shop.documents(each)["invoices"]) for each in placed] == [1, 1]
    assert ("unreadable-rows", "invoices: Sage") not in stage.alerts()


@pytest.mark.parametrize("figure", ["null", "missing", "text", "huge"])
def test_a_bad_ledger_entry_waits_through_whole_cycles_and_the_other_is_reported(
    stage: Stage, figure: str
) -> None:
    shop = Fulfilled(stage)
    placed = [shipped(shop), shipped(shop)]
    documents = [shop.invoice(each) for each in placed]
    shop.run("invoices")
    for each in documents:
        shop.pay(each)
    stage.break_sage(
        "unreadable",
        None,
        path="/sales_posted_transactions$",
        field="document_outstanding_value",
        figure=figure,
        record=documents[0].number,
    )
    told = [f"Sage invoice {each.number} is paid" for each in documents]
    for _ in range(2):
        (report,) = shop.run("payments")
        assert report.outcome == "done"
        assert [text in shop.texts(each) for text, each in zip(told, placed, strict=True)] == [False, True]
        assert ("unreadable-rows", "payments: Sage") in stage.alerts()
    stage.mend()
    shop.run("payments")
    assert [text in shop.texts(each) for text, each in zip(told, placed, strict=True)] == [True, True]
    assert ("unreadable-rows", "payments: Sage") not in stage.alerts()


@pytest.mark.parametrize("figure", ["null", "missing", "text", "nan", "huge", "deep"])
def test_a_despatch_with_a_bad_quantity_waits_and_goes_when_it_can_be_read(stage: Stage, figure: str) -> None:
    shop = Fulfilled(stage)
    first, second = shop.sent(), shop.sent()
    shop.run()
    shop.despatch(first)
    shop.despatch(second)
    stage.break_sage(
        "unreadable",
        None,
        path="despatch_line_views$",
        field="sop_despatch_line_quantity",
        figure=figure,
    )
    (report, *_) = shop.run("shipments")
    assert report.outcome == "done"
    shipped = [len(shop.documents(placed)["shipments"]) for placed in (first, second)]
    assert sum(shipped) == 1, "the other despatch is written"
    stage.mend()
    shop.run("shipments")
    assert [len(shop.documents(placed)["shipments"]) for placed in (first, second)] == [1, 1]


def test_stock_without_a_figure_is_left_alone_and_named(stage: Stage) -> None:
    stage.reopen(flows={"inventory": HOUR})
    stage.break_sage("unreadable", None, path="warehouse_holdings$", field="quantity_in_stock", figure="null")
    assert stage.cycle("inventory").outcome == "done"
    assert any(code == "unreadable-rows" for code, _ in stage.alerts()), stage.alerts()


@pytest.mark.parametrize("figure", ["null", "text", "huge"])
def test_a_total_that_sage_does_not_tell_is_a_review_and_never_sent_again(stage: Stage, figure: str) -> None:
    placed = stage.order()
    stage.break_sage("drop_after", on="send")
    stage.break_sage("unreadable", None, "GET", "sop_orders", field="total_gross_value", figure=figure)
    for _ in range(3):
        stage.cycle(after=timedelta(hours=1))
    assert stage.state(placed) is State.REVIEW
    assert len(stage.in_sage(placed)) == 1


@pytest.mark.parametrize("full", [False, True])
def test_a_price_without_a_figure_stays_as_it_is_on_a_full_reading_too(build: Build, full: bool) -> None:
    shop = build()
    shop.reopen(prices=Prices(groups={"Wholesale": "Wholesale"}), flows={"prices": HOUR})
    shop.cycle("prices")
    before = shop.shop.catalogue.books()
    shop.break_sage(
        "unreadable", None, path="product_price_views$", field="product_price_price", figure="null"
    )
    assert shop.cycle("prices", after=DAY if full else timedelta(hours=1)).outcome == "done"
    after = shop.shop.catalogue.books()
    assert {sku: (one["price"], one["tiers"]) for sku, one in after.items()} == {
        sku: (one["price"], one["tiers"]) for sku, one in before.items()
    }
