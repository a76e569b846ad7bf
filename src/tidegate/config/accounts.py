"""`[connections.NAME.accounts]`: what is written to the store of the company's accounts, and new customers."""

from __future__ import annotations

from typing import Literal

from tidegate.config.strict import Strict

Field = Literal[
    "account",
    "price_list",
    "tax_code",
    "credit_limit",
    "balance",
    "terms",
    "on_hold",
    "sales_rep",
    "currency",
]


class Accounts(Strict, frozen=True, kw_only=True):
    """How an account of the company shows on the customers of the store."""

    default_group: str = ""  #: customer group of lists that no group is mapped to; "" = left as it is
    tax_groups: dict[str, str] = {}  #: tax code -> customer group, before the price list
    vat_number: bool = True  #: write it as Magento's own `taxvat`
    attributes: dict[str, str] = {}  #: field of the account -> customer attribute
    hold_orders: bool = False  #: orders of an account on hold wait until it is released
    approval: Literal["review", "provisional", "hold"] = "review"  #: of new customers, flow `registrations`
    full_every: str = "1d"
    drift: Literal["correct", "show"] = "correct"
