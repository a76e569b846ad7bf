"""`[connections.NAME.amounts]`: where amounts go that are neither lines, shipping nor tax."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tidegate.config.strict import Strict
from tidegate.domain.orders.extras import LINES, PAYMENTS, AmountTerms


class Amount(Strict, frozen=True, kw_only=True):
    """One source of amounts: the account of its line, or the payment that it is."""

    account: str = ""  #: nominal account of the line; of a payment, its clearing account
    tax_code: str = ""  #: of the line, when not the one mapped to its tax in Magento
    text: str = ""  #: on the line; "" = Magento's own name for it
    code: str = ""  #: charge or item code of the line, where the company's product takes no free text
    payment: bool = False  #: of `custom_fees` and `fields`: it pays a part of the order
    base: str = ""  #: of `fields`: the field with the amount in base currency; "" = base_ before the name
    tax: str = ""  #: of `fields`: the field with its tax, when it is taxed


class Amounts(Strict, frozen=True, kw_only=True):
    """One key a source. A source that is not named holds the orders that have it."""

    side: Literal["auto", "base", "order"] = "auto"  #: which currency of Magento's amounts counts
    fixed_product_tax: Amount | None = None
    gift_card: Amount | None = None
    store_credit: Amount | None = None
    reward_points: Amount | None = None
    gift_wrapping: Amount | None = None
    gift_wrapping_items: Amount | None = None
    printed_card: Amount | None = None
    remainder: Amount | None = None  #: what the grand total holds besides, and no field explains
    custom_fees: dict[str, Amount] = {}  #: by the fee's code; `*` = any other
    fields: dict[str, Amount] = {}  #: fields of extensions by name, top level or extension attribute

    def sources(self) -> Iterator[tuple[str, Amount]]:
        """Every configured source by its key: `gift_card`, `custom_fees.eco`, `fields.surcharge`."""
        for name in (*PAYMENTS, *LINES):
            amount: Amount | None = getattr(self, name)
            if amount is not None:
                yield name, amount
        for group in ("custom_fees", "fields"):
            for code, amount in getattr(self, group).items():
                yield f"{group}.{code}", amount

    def terms(self) -> dict[str, AmountTerms]:
        """The same as the rules read it."""
        return {
            source: AmountTerms(
                account=amount.account,
                tax_code=amount.tax_code,
                text=amount.text,
                code=amount.code,
                payment=amount.payment or source in PAYMENTS,
                base_field=amount.base,
                tax_field=amount.tax,
            )
            for source, amount in self.sources()
        }
