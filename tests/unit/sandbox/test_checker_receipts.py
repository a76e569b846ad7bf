"""The checker of receipts: what a cancelled order owes, and when nobody may have forgotten it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tidegate_sandbox.checker import Terms, Verdict
from tidegate_sandbox.checker_documents import receipts_there

TERMS = replace(
    Terms(
        store="main",
        store_ids=frozenset({1}),
        since=datetime(2026, 3, 1, tzinfo=UTC),
        states=frozenset({"new"}),
        statuses_never=frozenset(),
        currency="EUR",
        order_currencies={1: "EUR"},
    ),
    prepaid=frozenset({"card"}),
)


def order_of(state: str) -> dict[str, Any]:
    """The shop's order, paid by card."""
    return {
        "entity_id": 4,
        "store_id": 1,
        "state": state,
        "method": "card",
        "created_at": "2026-03-26 09:00:00",
        "grand_total": "94.76",
        "base_grand_total": "94.76",
        "paid": "0",
        "base_paid": "0",
        "pieces": {"A": "3"},
        "cancelled": {},
        "creditmemos": [],
    }


@pytest.mark.parametrize(
    ("here", "there", "told", "lost"),
    [
        # sent, cancelled on both sides, then a ledger from before: it knows an order on hold, and nothing is owed
        ("canceled", "cancelled", "skipped", 0),
        ("canceled", "cancelled", None, 0),
        ("canceled", "cancelled", "confirmed", 1),  # it knows that it sent it: a person decides
        ("canceled", "live", "skipped", 1),
        ("processing", "cancelled", "skipped", 1),
        ("processing", "live", "confirmed", 1),
    ],
)
def test_a_receipt_is_missed_but_of_what_is_over_on_both_sides_and_unknown(
    here: str, there: str, told: str | None, lost: int
) -> None:
    company = {
        "orders_by_key": {"magento:main:4": [{"id": 1, "reference": "3", "status": there, "gross": "94.76"}]},
        "despatches": [],
        "invoices": [],
        "transactions": [],
    }
    step = {"entity_id": 4, "flow": "orders", "step": "order", "state": told}
    verdict = Verdict()
    receipts_there([order_of(here)], company, [step] if told else [], TERMS, verdict)
    assert verdict.lost == lost
