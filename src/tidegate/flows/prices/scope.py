"""Whose prices a price in the store is: Magento's price scope, and who else writes there.

Contract point 31: with the scope `global`, Magento's default, a price for one website is answered with success
and kept for all of them. The attribute shows the scope; prices that it would mix are refused before anything is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tidegate.domain.errors import Code, Failure
from tidegate.flows.connection import Connection
from tidegate.magento.shop import Website
from tidegate.magento.whose_fault import blames_keys

Scope = Literal["website", "global"]

SETTING = "Stores > Configuration > Catalog > Catalog > Price > Catalog Price Scope"
RESOURCE = "Magento_Catalog::attributes_attributes"
#: Between what is wrong and the way out of it.
NOT_WRITTEN = ". No price was written; "


def price_scope(connection: Connection, websites: Sequence[Website]) -> Scope | Failure:
    """How this connection's prices are written; `price-scope` where they would replace those of others.

    `websites` are the store's. One call.
    """
    actual = connection.store.shop.price_scope()
    if isinstance(actual, Failure):
        return _unknown(actual)
    wanted = connection.settings.prices.scope
    if actual != "global" and wanted == "website":
        return "website"
    if connection.sharing_prices:
        return _shared(connection, actual)
    others = [each.code for each in websites if each.id and each.code not in connection.settings.websites]
    if actual == "global" and wanted == "website" and others:
        return _of_others(others)
    return "global"


def _shared(connection: Connection, actual: str) -> Failure:
    names = ", ".join((connection.name, *connection.sharing_prices))
    if actual == "global":
        way_out = f"set {SETTING} to Website in Magento, or leave the flow prices to one of the connections"
        text = f"the store's price scope is global, and {names} write prices there"
    else:
        way_out = 'set prices.scope = "website" for each of the connections'
        text = f'prices.scope is "global", and {names} write prices to this store'
    return _refused(f"{text}: each would overwrite the other's prices{NOT_WRITTEN}{way_out}")


def _of_others(websites: Sequence[str]) -> Failure:
    return _refused(
        'the store\'s price scope is global and prices.scope is "website": prices would also overwrite '
        f"those of {', '.join(websites)}{NOT_WRITTEN}set {SETTING} to Website in Magento, or, if "
        'all websites are to have this company\'s prices, prices.scope = "global"'
    )


def _unknown(failure: Failure) -> Failure:
    """Without the permission nothing is halted: orders need no scope."""
    if not blames_keys(failure):
        return failure
    return _refused(
        f"the store does not state its price scope: {failure.text}{NOT_WRITTEN}give the "
        f"integration the resource {RESOURCE} (Stores > Attributes > Product) under System > Integrations"
    )


def _refused(text: str) -> Failure:
    return Failure(Code.PRICE_SCOPE, text, missing="setting:price-scope", sent=False)
