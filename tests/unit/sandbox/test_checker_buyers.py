"""Who can have no account: the checker goes by all orders of a buyer."""

from __future__ import annotations

from typing import Any

import pytest

from tidegate_sandbox.checker_buyers import account_on_hold, no_account_can_have

LONG = ["Row of Equally Long Houses, The House with the Very Long Name"] * 5


def order(customer: int | None, street: list[str]) -> dict[str, Any]:
    return {"customer_id": customer, "street": street}


def test_one_address_that_no_account_holds_keeps_all_orders_of_its_buyer_waiting() -> None:
    orders = [order(7, LONG), order(7, ["1 High Street"]), order(8, ["2 High Street"]), order(None, LONG)]
    assert no_account_can_have(orders, {"customers": []}, "main") == {7}


def test_who_has_an_account_waits_for_nothing() -> None:
    company = {"customers": [{"key": "magento:main:customer:7"}]}
    assert no_account_can_have([order(7, LONG)], company, "main") == set()


@pytest.mark.parametrize(
    ("reason", "excused"),
    [
        ("Customer C-HELD is on hold", True),
        ("Customer C-FREE is on hold", False),
        ("refused", False),
    ],
)
def test_who_waits_for_an_account_on_hold_names_one_that_is(reason: str, excused: bool) -> None:
    accounts = [{"code": "C-HELD", "on_hold": True}, {"code": "C-FREE", "on_hold": False}]
    assert account_on_hold(reason, {"customers": accounts}) is excused
