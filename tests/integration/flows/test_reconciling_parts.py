"""Reconciliation of orders that were sent in part: by what was sent, neither false differences nor a silent green."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED
from integration.flows.test_taken_back import refund
from tidegate.config.stock import Stock
from tidegate.engine import kept_orders, reconcile
from tidegate.engine.reconcile import compare, last_days
from tidegate.flows.stored_order import write_order
from tidegate.ledger.period import KeptRow
from tidegate_sandbox.magento import lifecycle
from unit.domain.orders import EUR_TAX_INCLUSIVE

CARD = "HUB-0003"
ORDER: dict[str, Any] = {"lines": (("HUB-0001", 3), (CARD, 1)), "shipping": Decimal("12.00")}


@pytest.fixture
def shop(build: Build) -> Fulfilled:
    """With tax on goods and carriage; a product of the shop alone is text in Sage."""
    return Fulfilled(build("uk"), stock=Stock(warehouses={"HOME": "wh_london"}), skip_skus=(CARD,))


def sent_in_part(shop: Fulfilled) -> int:
    """One piece of three is refunded while the company is closed; what remains is sent and despatched."""
    stage = shop.stage
    stage.lock()
    placed = stage.order("gbp", **ORDER)
    lifecycle.invoice(stage.shop, stage.shop.orders.any(placed))
    stage.cycle()
    refund(stage, placed, 1)
    stage.cycle()
    stage.unlock()
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    stage.company.stock_adjust("HUB-0001", "HOME", to=Decimal(1000))
    shop.despatch(placed)
    shop.run("shipments")
    return placed


def differences(shop: Fulfilled) -> list[tuple[str, str]]:
    shop.run("invoices", "payments")
    found = compare(shop.stage.connection, last_days(shop.stage.connection, 7))
    return [(each.kind.value, each.text) for each in found.differences]


def test_an_order_sent_in_part_and_invoiced_makes_no_difference(shop: Fulfilled) -> None:
    placed = sent_in_part(shop)
    assert shop.goods(placed) == {"HUB-0001": 2}
    shop.invoice(placed)
    assert differences(shop) == []


def planted(shop: Fulfilled) -> bool:
    """Whether an invoice that is a pound dearer than what was sent is found."""
    made = shop.invoice(sent_in_part(shop))
    shop.stage.company.correct(made, Decimal(1))
    return any(kind == "invoiced" and text.startswith("total") for kind, text in differences(shop))


def test_an_invoice_that_does_not_make_what_was_sent_is_found(shop: Fulfilled) -> None:
    assert planted(shop)


def test_bug_invoices_are_compared_with_what_was_ordered(
    shop: Fulfilled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such an order was never invoiced in full, and nobody looked."""
    sent = kept_orders._sent
    monkeypatch.setattr(kept_orders, "_sent", lambda *order: sent(*order[:3], ""))
    assert not planted(shop)


@pytest.mark.parametrize(("side", "worth"), [("order", "83.39"), ("base", "71.28")])
def test_an_order_whose_mapping_has_gone_counts_on_the_side_that_is_billed(side: str, worth: str) -> None:
    """Its totals were the website's, whatever `amounts` said: the whole order looked apart by the rate."""
    row = KeptRow(
        "main", 7, "2000000007", datetime(2026, 3, 2, tzinfo=UTC), write_order(EUR_TAX_INCLUSIVE).decode(),
        "confirmed", "", datetime(2026, 3, 2, tzinfo=UTC), "0000000007", None,
    )  # fmt: skip
    kept = kept_orders.kept_order(row, None, {}, lambda _currency: side == "order")
    assert kept is not None
    assert kept.figures.total == Decimal(worth)


def test_a_confirmation_that_says_cancelled_is_kept_as_such() -> None:
    placed = datetime(2026, 3, 2, tzinfo=UTC)
    document = write_order(EUR_TAX_INCLUSIVE).decode()
    for state, status, number in (
        ("confirmed", "cancelled", "0000000007"),
        ("confirmed", "live", ""),
        ("cancelled", "cancelled", ""),
    ):
        row = KeptRow(
            "main", 7, "2000000007", placed, document, state, "", placed, "0000000007", None, status
        )
        kept = kept_orders.kept_order(row, None, {}, lambda _currency: True)
        assert kept is not None
        assert kept.cancelled_as == number


def test_the_side_is_that_of_the_connection(build: Build) -> None:
    connection = build("uk").connection
    company = connection.company_settings.currency
    assert [reconcile.is_of_order(connection, each) for each in (company, "EUR")] == [True, False]
    for side in ("order", "base"):
        amounts = msgspec.structs.replace(connection.settings.amounts, side=side)
        connection.settings = msgspec.structs.replace(connection.settings, amounts=amounts)
        assert {reconcile.is_of_order(connection, each) for each in (company, "EUR")} == {side == "order"}
