"""Where a company of a product stands: in dollars beside the website `base`, or in pounds beside the website `b2b`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from tidegate.simulation.houses.house import House
from tidegate.simulation.world import COUNTRIES, ORDER_CURRENCIES, WEBSITE_IDS

STOCKS = {"us": 2, "uk": 3}  #: of the simulated shop, by what serves the website
#: What buyers of the other website choose. Its view in euros is left alone: no account is in euros.
AT_HOME: Mapping[str, Mapping[str, Any]] = {"us": {}, "uk": {"store_view": "b2b_en", "place": "britain"}}


@dataclass(frozen=True)
class Place:
    """One of them."""

    country: str
    website: str
    website_id: int
    store_ids: frozenset[int]
    currency: str
    zone: ZoneInfo
    stock: int  #: of the shop
    sources: Mapping[str, str]  #: where the goods of each of the company's warehouses lie for the shop
    choices: Mapping[str, Any] = field(default_factory=dict)  #: of whoever orders: `magento.kinds.Choices`

    @property
    def order_currencies(self) -> dict[int, str]:
        """By store view."""
        return {view: ORDER_CURRENCIES.get(view, self.currency) for view in self.store_ids}


def place_of(house: House) -> Place:
    """The first of the countries whose company the product can be."""
    country = house.countries[0]
    website, store_ids, currency, zone = COUNTRIES[country]
    return Place(
        country,
        website,
        WEBSITE_IDS[country],
        store_ids,
        currency,
        ZoneInfo(zone),
        STOCKS[country],
        house.codes.sources[website],
        AT_HOME[country],
    )


def place_behind(house: House, view: Any, stock: int) -> Place:
    """A website of its own behind this view of the shop, with this stock."""
    usual = place_of(house)
    return replace(
        usual,
        website=view.code,
        website_id=view.website_id,
        store_ids=frozenset({view.id}),
        stock=stock,
        sources=dict.fromkeys(usual.sources, f"wh_{view.code}"),
        choices={**usual.choices, "store_view": view.code},
    )
