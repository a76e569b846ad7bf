"""Checks of buyers: who can have no account in the company before a person has said how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

Book = Mapping[str, Any]
#: What of a street an account holds: four lines of so many characters.
LINES, WIDTH = 4, 60


def account_refuses(order: Book, reported: Book, company: Book, *, looks_up: bool) -> bool:
    """Whether an order waits for its account that is on hold, or is a person's since it passes the account's limit.

    What a company has rejected that cannot be asked (`looks_up`) is a person's in either case: it is handed over.
    """
    state, reason = reported["state"], reported["reason"]
    return ((state == "held" or not looks_up) and account_on_hold(reason, company)) or (
        state == "review" and passes_limit(reason, order, company)
    )


def passes_limit(reason: str, order: Book, company: Book) -> bool:
    """Whether an account, named in the reason, would owe more with this order than its credit limit allows."""
    if "limit" not in reason:
        return False
    value = max(Decimal(order["grand_total"]), Decimal(order["base_grand_total"]))
    return any(
        Decimal(each["balance"]) + Decimal(each["open_orders"]) + value > Decimal(each["credit_limit"]) > 0
        for each in company["customers"]
        if each["code"] in reason
    )


def account_on_hold(reason: str, company: Book) -> bool:
    """Whether an order waits for an account, named in the reason, that is on hold: the company may take none of it."""
    return any(each["on_hold"] and each["code"] in reason for each in company["customers"])


def no_account_can_have(mine: Iterable[Book], company: Book, store: str) -> set[int]:
    """Buyers who have no account yet, and with any of their orders a street longer than an account's lines hold.

    An account has no memo for the rest, and nothing is cut: only a person can say what
    its address is, and all orders of that buyer wait for it.
    """
    there = {each["key"] for each in company["customers"]}
    return {
        order["customer_id"]
        for order in mine
        if order.get("customer_id") is not None
        and f"magento:{store}:customer:{order['customer_id']}" not in there
        and len(", ".join(order.get("street", ()))) > LINES * WIDTH
    }
