"""The checker of drafts and quotes: what is shipped is invoiced, unless a person is asked about the whole order."""

from __future__ import annotations

from typing import Any

import pytest

from tidegate_sandbox import checker_invoiced
from tidegate_sandbox.checker import Verdict
from unit.sandbox.test_checker_receipts import TERMS, order_of


def broken_by(*, state: str, shipped: bool, stands: str, steps: dict[str, str]) -> list[str]:
    """The promises that are broken by one order, by its state in the shop and the states of the hub's steps."""
    order = {**order_of(state), "shipments": [{}] if shipped else [], "virtual": False}
    there = {"id": 1, "reference": "3", "number": "D-3", "status": "live", "stands": stands}
    deliveries: list[dict[str, Any]] = [
        {"entity_id": 4, "flow": "orders", "step": step, "state": told} for step, told in steps.items()
    ]
    verdict = Verdict()
    company = {"orders_by_key": {"magento:main:4": [there]}}
    checker_invoiced.check({"orders": [order]}, company, deliveries, TERMS, verdict)
    return [each.promise for each in verdict.violations]


SENT = {"order": "confirmed"}
MISSED = ["what is shipped is invoiced"]


@pytest.mark.parametrize(
    ("state", "steps", "broken"),
    [
        ("complete", {}, MISSED),
        ("complete", {"company-invoice": "skipped"}, MISSED),
        ("complete", {"company-invoice": "held"}, []),
        ("closed", {"company-invoice": "skipped"}, MISSED),  # refunded whole, and nobody was asked
        ("closed", {"company-invoice": "skipped", "cancel": "review"}, []),
        ("complete", {"company-invoice": "skipped", "cancel": "review"}, MISSED),  # not over: nothing to ask
        ("closed", {"company-invoice": "skipped", "cancel": "skipped"}, MISSED),
    ],
)
def test_a_draft_of_what_is_shipped_is_a_persons_only_where_the_whole_order_was_given_back(
    state: str, steps: dict[str, str], broken: list[str]
) -> None:
    assert broken_by(state=state, shipped=True, stands="draft", steps=SENT | steps) == broken


def test_nothing_is_invoiced_before_it_is_shipped() -> None:
    assert broken_by(
        state="processing", shipped=False, stands="", steps=SENT | {"company-invoice": "confirmed"}
    )
    assert broken_by(state="processing", shipped=False, stands="draft", steps=SENT) == []
