"""The checker of receipts: what a cancelled order owes, and when nobody may have forgotten it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tidegate_sandbox.checker import Terms, Verdict
from tidegate_sandbox.checker_receipts import nothing_left_open, receipts_there

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
        ("canceled", "cancelled", "cancelled", 0),  # over before the hub heard of it: no money for the dead
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


def test_a_receipt_that_was_reported_is_missed_though_its_order_is_over() -> None:
    company = {
        "orders_by_key": {
            "magento:main:4": [{"id": 1, "reference": "3", "status": "cancelled", "gross": "94.76"}]
        },
        "despatches": [],
        "invoices": [],
        "transactions": [],
    }
    deposit = {
        "entity_id": 4,
        "flow": "payments",
        "step": "deposit",
        "state": "confirmed",
        "target_number": "1",
    }
    steps = [{"entity_id": 4, "flow": "orders", "step": "order", "state": "cancelled"}, deposit]
    verdict = Verdict()
    receipts_there([order_of("canceled")], company, steps, TERMS, verdict)
    assert verdict.lost == 1


def books_of_one_number() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Two stores count their orders alike: 4 and 5 bear the number 3; only the receipt of 5 was posted, or has more left."""
    orders = {
        f"magento:main:{id}": [
            {"id": id, "reference": "3", "status": "complete", "gross": "94.76", "lines": []}
        ]
        for id in (4, 5)
    }
    company = {
        "orders_by_key": orders,
        "despatches": [],
        "invoices": [
            {"number": f"I{id}", "order_ids": [id], "credit": False, "transaction_id": 10 + id}
            for id in (4, 5)
        ],
        "transactions": [
            {
                "id": 10 + id,
                "kind": "invoice",
                "reference": f"I{id}",
                "second_reference": "",
                "outstanding": left,
            }
            for id, left in ((4, "94.76"), (5, "0.00"))
        ]
        + [
            {
                "id": 20,
                "urn": 1099,
                "kind": "receipt",
                "reference": "3",
                "second_reference": "TG-AAAA",
                "gross": "-94.76",
                "outstanding": "-48.86",
            }
        ],
    }
    told = [
        {"entity_id": 5, "flow": "payments", "step": "deposit", "state": "confirmed", "target_number": "1099"}
    ]
    return company, told


def test_a_receipt_of_another_order_with_the_same_number_is_not_this_orders() -> None:
    company, told = books_of_one_number()
    verdict, shop = Verdict(), {"orders": [{**order_of("complete"), "method": "transfer"}]}
    nothing_left_open(shop, company, told, TERMS, verdict)
    assert verdict.violations == []  # its invoice is open, and it is not paid at checkout


def test_a_receipt_whose_key_names_another_order_is_not_this_orders_though_its_hub_has_forgotten_it() -> None:
    """The ledger was put back from a copy: no delivery names the receipt any more."""
    company, _ = books_of_one_number()
    company["transactions"][-1]["second_reference"] = "TG-magento:main:5/deposit"
    verdict, shop = Verdict(), {"orders": [{**order_of("complete"), "method": "transfer"}]}
    nothing_left_open(shop, company, [], TERMS, verdict)
    assert verdict.violations == []
    company["transactions"][-1]["second_reference"] = "TG-magento:main:4/deposit"
    nothing_left_open(shop, company, [], TERMS, verdict)
    assert [each.promise for each in verdict.violations] == ["receipts are allocated"]


def test_a_receipt_of_another_order_with_the_same_number_hides_no_lost_one() -> None:
    company, told = books_of_one_number()
    verdict = Verdict()
    receipts_there([order_of("complete")], company, told, TERMS, verdict)
    assert verdict.lost == 1


def test_the_orders_own_receipt_is_found_open_though_its_number_is_shared() -> None:
    company, told = books_of_one_number()
    told[0]["entity_id"] = 4
    verdict = Verdict()
    nothing_left_open({"orders": [order_of("complete")]}, company, told, TERMS, verdict)
    assert [each.promise for each in verdict.violations] == ["receipts are allocated"]


def test_receipts_of_two_orders_with_one_number_are_known_by_their_keys_though_their_own_numbers_are_equal() -> (
    None
):
    company, told = books_of_one_number()
    (*others, posted) = company["transactions"]
    company["transactions"] = others + [
        {**posted, "id": 20 + id, "urn": "3", "second_reference": f"TG-magento:main:{id}/deposit"}
        for id in (4, 5)
    ]
    told = [{**told[0], "entity_id": id, "target_number": "3"} for id in (4, 5)]
    verdict = Verdict()
    receipts_there([order_of("complete")], company, told, TERMS, verdict)
    assert verdict.lost == 0
    company["transactions"][-2]["second_reference"] = "TG-magento:main:5/deposit"  # and 4 has none
    receipts_there([order_of("complete")], company, told, TERMS, verdict)
    assert verdict.lost == 1
