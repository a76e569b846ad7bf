"""`[connections.NAME.prices]`: what becomes of the company's prices in the store."""

from __future__ import annotations

from typing import Literal

from tidegate.config.strict import Strict


class Prices(Strict, frozen=True, kw_only=True):
    """Which price list is what in Magento, and how prices are written."""

    standard: str = ""  #: list of the base prices; "" = the company's standard one
    special: str = ""  #: list that becomes special prices
    groups: dict[str, str] = {}  #: customer group -> list
    scope: Literal["website", "global"] = "website"  #: Magento's `catalog/price/scope`
    tax_inclusive: tuple[str, ...] = ()  #: websites whose catalogue prices contain tax
    decimals: int = 4
    customer_prices: Literal["none", "groups", "api"] = "none"
    contract_accounts: tuple[str, ...] = ()  #: with "groups": asked for, where Sage only answers enquiries
    contract_quantities: tuple[int, ...] = (1,)  #: pieces that they are asked for
    enquiries: int = 500  #: enquiries in one cycle
    live_ms: int = 300  #: how long a price may be asked for at the cart; 0 = never live
    chunk: int = 200  #: prices in one call
    full_every: str = "1d"
    drift: Literal["correct", "show"] = "correct"
