"""The switches of a company: how it allocates, rounds, posts and what its users may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Rules:
    """Settings that change what a document does. All may be changed while the company runs."""

    allocate_on_entry: bool = True  #: an order takes free stock as soon as it is entered
    update_stock_on_despatch: bool = True  #: else stock falls when the order is invoiced
    stock_below_zero: bool = False  #: goods may leave that are not there
    despatch_services: bool = False  #: lines of items without stock are despatched with the goods
    post_cost_of_sales: bool = True  #: stock that leaves posts cost of sales against stock
    prices_include_tax: bool = False  #: entered prices contain tax
    tax_rounding: Literal["line", "document"] = "line"  #: where tax is rounded
    order_numbers_generated: bool = True  #: else the caller must give one
    account_codes_generated: bool = False  #: the company gives new customers their code
    allow_cash_orders: bool = True
    allow_payment_with_order: bool = True
    allow_negative_text_lines: bool = True  #: a free-text line may take money off
    check_order_period: bool = True  #: an order dated in a closed period is refused
    allocate_held_orders: bool = True  #: an order on hold takes stock all the same
    unique_order_reference: bool = False  #: refuse a second order with the customer's own number
    invoice_by_despatch: bool = False  #: each despatch is an invoice of its own, and has its number
    posting: Literal["immediate", "batch"] = "immediate"  #: batch: journals wait for the posting run
    may_override_prices: bool = True  #: permission of the integration's user
    may_override_holds: bool = True  #: permission of the integration's user
