"""Careless changes to the flows of documents are found by the tests beside this one."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from integration.flows import (
    test_documents_that_wait,
    test_long_documents,
    test_skipped_products,
    test_totals_of_documents,
)
from integration.flows.conftest import Build
from integration.flows.fulfilment import DETROIT, FLOWS, Fulfilled
from tidegate.config.model import Flow
from tidegate.config.stock import Stock
from tidegate.domain.books import invoiced
from tidegate.domain.errors import Code
from tidegate.domain.fulfilment import shipping, store_document
from tidegate.flows import cycle
from tidegate.flows.fulfilment import invoices, shipments
from tidegate.flows.fulfilment.credits import CreditHandler
from tidegate.flows.stock import short_stock
from tidegate.flows.writing import documents


def british(build: Build) -> Fulfilled:
    return Fulfilled(build("uk"), stock=Stock(warehouses={"HOME": "wh_london"}))


def test_a_memo_whose_total_is_not_compared(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CreditHandler, "differs", lambda *given: None)
    with pytest.raises(AssertionError):
        test_totals_of_documents.test_point_35_a_part_of_the_carriage_is_right_or_reported_and_teaches_the_rule(
            british(build)
        )


def test_an_invoice_whose_total_is_not_compared(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoices, "invoice_differs", lambda *given, **more: None)
    with pytest.raises(AssertionError):
        test_totals_of_documents.test_an_invoice_of_another_total_is_a_review_with_both_figures(
            british(build)
        )


def test_a_hold_that_counts_as_a_refusal(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoices, "paused", lambda order: None)
    with pytest.raises(AssertionError):
        test_documents_that_wait.test_a_document_of_an_order_on_hold_waits_for_the_end_of_the_hold(
            Fulfilled(build()), monkeypatch, "invoices", False
        )


def test_a_hold_that_leaves_what_is_absent_in_doubt(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipments, "NotYet", lambda failure: failure)
    with pytest.raises(AssertionError):
        test_documents_that_wait.test_a_call_that_was_not_carried_out_before_the_hold_is_held_and_in_doubt_no_longer(
            Fulfilled(build()), "shipments"
        )


def test_a_hold_that_alerts(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cycle, "PREREQUISITES", (Code.PARENT_PENDING,))
    with pytest.raises(AssertionError):
        test_documents_that_wait.test_a_document_of_an_order_on_hold_waits_for_the_end_of_the_hold(
            Fulfilled(build()), monkeypatch, "invoices", False
        )


def test_stock_that_releases_nothing(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_stock, "release", lambda *given: None)
    with pytest.raises(AssertionError):
        test_documents_that_wait.test_a_shipment_short_of_stock_is_tried_as_soon_as_its_stock_was_written(
            build()
        )


def test_one_part_taken_for_all(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_document, "_rest", lambda *given: {})
    with pytest.raises(AssertionError):
        test_long_documents.test_point_28_a_part_of_an_order_is_written_in_portions(Fulfilled(build()), "")


def test_parcels_beyond_the_limit_that_nobody_sends(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipments, "follows_of", lambda *given: ())
    with pytest.raises(AssertionError):
        test_long_documents.test_point_28_more_parcels_than_a_call_takes_follow_one_by_one(
            Fulfilled(build()), monkeypatch, False
        )


@pytest.mark.parametrize("bug", ["never shipped", "counted as shipping"])
def test_a_skipped_product_that_is_no_goods(build: Build, monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    flows = {name: Flow(every="15m") for name in ("orders", *FLOWS)}
    shop = Fulfilled(build(), flows=flows, stock=DETROIT, skip_skus=(test_skipped_products.CARD,))
    check: Any = partial(
        test_skipped_products.test_reconciliation_counts_a_skipped_product_as_goods, states_amounts=False
    )
    if bug == "never shipped":
        monkeypatch.setattr(shipping, "along", lambda *given: {})
        check = test_skipped_products.test_goods_do_not_wait_for_a_skipped_product_that_lies_elsewhere
    else:
        monkeypatch.setattr(invoiced, "_net_of", lambda *given: 0)
    with pytest.raises(AssertionError):
        check(shop)


def test_a_tracking_number_that_is_queued_for_ever(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipments, "NotYet", lambda failure: shipments.Later(failure.text))
    with pytest.raises(AssertionError):
        test_documents_that_wait.test_a_late_tracking_number_waits_behind_a_shipment_that_waits_for_a_person(
            Fulfilled(build())
        )


def test_a_reason_that_is_over_and_still_shown(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        documents,
        "may_go",
        lambda cycle, handler, item: documents.prerequisite(handler, item.source_id) is None,
    )
    with pytest.raises(AssertionError):
        test_documents_that_wait.test_what_waits_behind_another_document_names_the_one_that_it_waits_for_now(
            Fulfilled(build())
        )
