"""The shape of `[connections.NAME.fulfilment]`: how despatches, invoices and credits reach the store."""

from __future__ import annotations

from typing import Literal

from tidegate.config.strict import Strict


class Fulfilment(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.fulfilment]`."""

    notify: bool = True  #: Magento mails the customer when a shipment is made
    invoice_when: Literal["invoice", "payment"] = "invoice"
    returns: Literal["sage", "always", "never"] = "sage"  #: whether credited goods go back into stock
    allowances: Literal["review", "adjustment"] = "review"  #: credit notes without pieces
    #: whether the store takes a credit memo's carriage with tax; "learn" = by the first memo that shows it
    carriage_on_credits: Literal["learn", "without-tax", "with-tax"] = "learn"
    carriers: dict[str, str] = {}  #: Sage's courier -> Magento's carrier code
