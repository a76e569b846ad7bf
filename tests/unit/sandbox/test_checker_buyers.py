"""Who can have no account: the checker goes by all orders of a buyer."""

from __future__ import annotations

from typing import Any

import pytest

from tidegate_sandbox.checker_buyers import account_on_hold, account_refuses, no_account_can_have

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


@pytest.mark.parametrize(
    ("state", "reason", "limit", "excused"),
    [
        ("review", "Customer W7 is over the credit limit", "100.00", True),
        ("review", "Customer W7 is over the credit limit", "150.00", False),  # it is not
        ("review", "Customer W7 is over the credit limit", "0", False),  # it has none
        ("review", "Customer W8 is over the credit limit", "100.00", False),
        ("review", "Customer W7 was refused", "100.00", False),
        ("held", "Customer W7 is over the credit limit", "100.00", False),  # nobody ends such a hold
    ],
)
def test_who_is_over_a_limit_is_a_persons_question(
    state: str, reason: str, limit: str, excused: bool
) -> None:
    account = {
        "code": "W7",
        "on_hold": False,
        "balance": "60.00",
        "open_orders": "20.00",
        "credit_limit": limit,
    }
    order = {"grand_total": "25.00", "base_grand_total": "20.00"}
    reported = {"state": state, "reason": reason}
    assert account_refuses(order, reported, {"customers": [account]}, looks_up=True) is excused


@pytest.mark.parametrize(
    ("state", "looks_up", "excused"),
    [("held", True, True), ("review", True, False), ("review", False, True), ("held", False, True)],
)
def test_an_account_on_hold_is_a_persons_question_only_where_the_company_cannot_be_asked(
    state: str, looks_up: bool, excused: bool
) -> None:
    accounts = [{"code": "C7", "on_hold": True, "balance": "0", "open_orders": "0", "credit_limit": "0"}]
    order = {"grand_total": "25.00", "base_grand_total": "20.00"}
    reported = {"state": state, "reason": "The customer C7 is blocked."}
    assert account_refuses(order, reported, {"customers": accounts}, looks_up=looks_up) is excused
