"""Prices by price type. Source: contract §7, §9: no quantity breaks, no validity dates, no customer prices.

The price lists are the price types. The record of an item has its prices, so a changed price changes the item.
Services have rates without price types; rates are not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.domain.prices.price_book import ListPrice, PriceBook, PriceList
from tidegate.reading.document import Unreadable
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.deltas import Stream, changes
from tidegate.sage.business_cloud.rows import Row, figure_of, id_of, name_of, rows_of, text_of
from tidegate.sage.business_cloud.settings import BusinessCloudSettings

ITEMS = Stream("products", (("attributes", "item_code,sales_prices,active,updated_at"),))
TYPES = {"attributes": "name,active,created_at"}


class Prices:
    """Reads the price book."""

    lists_contracts = False

    def __init__(
        self, client: BusinessCloudClient, company: BusinessCloudSettings, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._company = company
        self._now = now

    def read(self, since: str | None) -> tuple[PriceBook, str, bool] | Failure:
        """All price lists, and the prices of changed items."""
        types = self._client.read("product_sales_price_types", TYPES)
        if isinstance(types, Failure):
            return types
        found = changes(self._client, ITEMS, since, self._now())
        if isinstance(found, Failure):
            return found
        codes = {text_of(row, "id"): text_of(row, "name") for row in types}
        lists = self._lists(types)
        standard = next((one.code for one in lists if one.standard), "")
        prices: list[ListPrice] = []
        bad: list[BadRow] = []
        parked: list[str] = []
        for row in found.rows:
            try:
                prices += _prices(row, codes, standard)
            except Unreadable as error:
                bad.append(BadRow(text_of(row, "item_code"), str(error)))
                parked.append(text_of(row, "id"))
        book = PriceBook(lists, tuple(prices), bad=tuple(bad))
        return book, found.parking(parked), found.full

    def _lists(self, types: Iterable[Row]) -> tuple[PriceList, ...]:
        """The price lists. The standard list is the configured one, or else the one that was made first."""
        listed = sorted(types, key=lambda row: (text_of(row, "created_at"), text_of(row, "id")))
        names = [text_of(row, "name") for row in listed]
        standard = self._company.price_type or next(iter(names), "")
        return tuple(
            PriceList(
                name,
                name,
                self._company.currency,
                standard=name == standard,
                active=row.get("active") is not False,
            )
            for name, row in zip(names, listed, strict=True)
            if name
        )


def _prices(row: Row, codes: dict[str, str], standard: str) -> list[ListPrice]:
    """The prices of an item. If it has a standard price, every list without a price of its own gets the standard price.

    Otherwise a price that staff delete would stay in the shop, because no change would be reported.
    """
    sku = name_of(row, "item_code")
    found = {}
    for one in rows_of(row, "sales_prices"):
        name = codes.get(id_of(one, "product_sales_price_type"), "")
        if one.get("price_includes_tax") is True:
            raise Unreadable("its price includes tax, but the store's prices do not", "price_includes_tax")
        if name:
            found[name] = figure_of(one, "price")
    if standard in found:
        found = {name: found.get(name, found[standard]) for name in codes.values() if name}
    return [ListPrice(name, sku, price) for name, price in found.items()]
