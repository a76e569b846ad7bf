"""`[connections.NAME.amounts]`: where amounts besides lines, shipping and tax are posted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tidegate.config.strict import Strict
from tidegate.domain.orders.extras import LINES, PAYMENTS, AmountTerms


class Amount(Strict, frozen=True, kw_only=True):
    """One source of amounts: it becomes a line on an account, or counts as a payment."""

    account: str = ""  #: nominal account of the line; for a payment, its clearing account
    tax_code: str = ""  #: of the line, if it is not the code mapped to the line's tax rate in Magento
    text: str = ""  #: text of the line; "" = Magento's own name of the amount
    code: str = ""  #: charge or item code of the line, where the company's product takes no free text
    payment: bool = False  #: for `custom_fees` and `fields`: the amount pays a part of the order
    base: str = (
        ""  #: for `fields`: the field with the amount in base currency; "" = the name with base_ before it
    )
    tax: str = ""  #: for `fields`: the field with the tax of the amount, if it is taxed


class Amounts(Strict, frozen=True, kw_only=True):
    """One key for each source. Orders with an amount of a source that is not configured are held."""

    side: Literal["auto", "base", "order"] = "auto"  #: which currency of Magento's amounts is used
    fixed_product_tax: Amount | None = None
    gift_card: Amount | None = None
    store_credit: Amount | None = None
    reward_points: Amount | None = None
    gift_wrapping: Amount | None = None
    gift_wrapping_items: Amount | None = None
    printed_card: Amount | None = None
    remainder: Amount | None = None  #: the part of the grand total that no field explains
    custom_fees: dict[str, Amount] = {}  #: by the code of the fee; `*` = any other fee
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
        """The configured sources in the form that the rules use."""
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
