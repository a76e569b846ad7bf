"""Where a connection's prices are written: its websites, or the one place of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tidegate.domain.errors import Failure
from tidegate.domain.prices.prices import Shelf
from tidegate.flows.connection import Connection
from tidegate.flows.prices.scope import price_scope

#: The one shelf of a shop whose prices are the same on every website.
EVERYWHERE = "all"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a website's prices are written: base and special by a store view, tiers by the website."""

    shelf: Shelf
    website_id: int
    store_id: int


def places(connection: Connection) -> dict[str, Place] | Failure:
    """The connection's websites; one that the store does not have is left out. Four calls.

    `price-scope` where the prices written there would replace those of others.
    """
    shop, rules = connection.store.shop, connection.settings.prices
    websites = shop.websites()
    if isinstance(websites, Failure):
        return websites
    scope = price_scope(connection, websites)
    if isinstance(scope, Failure):
        return scope
    views = shop.store_views()
    if isinstance(views, Failure):
        return views
    configs = shop.store_configs()
    if isinstance(configs, Failure):
        return configs
    currencies = {config.website_id: config.base_currency_code for config in configs}
    found: dict[str, Place] = {}
    for website in websites:
        ids = sorted(view.id for view in views if view.website_id == website.id)
        if website.code in connection.settings.websites and ids:
            shelf = Shelf(website.code, currencies.get(website.id, ""), website.code in rules.tax_inclusive)
            found[website.code] = Place(shelf, website.id, ids[0])
    if scope == "global" and found:
        first = next(iter(found.values())).shelf
        return {EVERYWHERE: Place(Shelf(EVERYWHERE, first.currency, first.tax_inclusive), 0, 0)}
    return found


def remembered_places(connection: Connection, *, fresh: bool) -> Mapping[str, Place] | Failure:
    """The places as this process read them last, so that an idle cycle makes no call; `fresh`: read again."""
    if fresh or connection.price_places is None:
        found = places(connection)
        if isinstance(found, Failure):
            return found
        connection.price_places = found
    return connection.price_places
