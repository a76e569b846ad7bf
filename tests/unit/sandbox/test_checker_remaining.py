"""The checker sees what is taken back on one side only."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tidegate_sandbox.checker_remaining import (
    cancelled_here_too,
    sent_in_between,
    taken_back_there_too,
    versions,
)

D = Decimal
MEMO = {
    "grand_total": 10,
    "base_grand_total": 8,
    "items": [{"order_item_id": 1, "sku": "A", "qty": "1"}],
}
ORDER: dict[str, Any] = {
    "state": "processing",
    "grand_total": 50,
    "base_grand_total": 40,
    "total_canceled": 20,
    "base_total_canceled": 16,
    "pieces": {"A": "5"},
    "cancelled": {"A": "2"},
    "creditmemos": [MEMO],
    "parents": {},
    "products": {},
    "virtual": False,
}
ASKED = [{"flow": "orders", "step": "reduced-1", "state": "review"}]


def sale(quantity: int, credited: int = 0, status: str = "live") -> list[dict[str, Any]]:
    line = {"kind": "item", "code": "A", "quantity": str(quantity), "credited": str(credited)}
    return [{"number": "S1", "status": status, "lines": [line]}]


def test_an_order_has_a_version_for_each_credit_memo_and_the_cancellation() -> None:
    told = [(each.pieces, each.total, each.base_total) for each in versions(ORDER)]
    assert told == [
        ({"A": D(5)}, D(50), D(40)),
        ({"A": D(3)}, D(30), D(24)),
        ({"A": D(4)}, D(40), D(32)),
        ({"A": D(2)}, D(20), D(16)),
    ]


@pytest.mark.parametrize(
    ("gross", "between"),
    [("50.00", False), ("40.00", True), ("32.00", True), ("31.95", True), ("35.00", False), ("20.00", False)],
)
def test_the_company_may_have_an_order_as_it_was_between_two_refunds(gross: str, between: bool) -> None:
    assert sent_in_between(ORDER, {"gross": gross}, D("0.05")) is between


@pytest.mark.parametrize(
    ("found", "told", "wrong"),
    [
        (sale(5), [], True),
        (sale(5), ASKED, False),
        (sale(2), [], False),
        (sale(5, credited=3), [], False),
        (sale(5, credited=2), [], True),
        (sale(5, status="deleted"), [], False),
    ],
)
def test_what_the_shop_has_taken_back_is_not_delivered_in_silence(found: Any, told: Any, wrong: bool) -> None:
    assert bool(taken_back_there_too(ORDER, found, told)) is wrong


@pytest.mark.parametrize(
    ("found", "told", "wrong"),
    [
        (sale(5, status="cancelled"), [], True),
        (sale(5, status="cancelled"), [{**ASKED[0], "step": "reconciliation"}], False),
        (sale(5), [], False),
    ],
)
def test_what_the_company_has_cancelled_is_not_alive_in_silence(found: Any, told: Any, wrong: bool) -> None:
    assert bool(cancelled_here_too(ORDER, found, told)) is wrong
    assert not cancelled_here_too({**ORDER, "state": "canceled"}, found, told)
