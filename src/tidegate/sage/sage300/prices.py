"""Price lists with their breaks. Source: contract §11.

There is no time of change: the book is read whole, and reports nothing when nothing is different. A price list is a code;
base price, sale price within its days, and volume discounts of its items follow. What single customers have agreed
on (ICCUPR) has no resource, and is read by the gateway, by SQL or from exports.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.domain.money import rounded
from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceBook, PriceList
from tidegate.reading.document import Unreadable
from tidegate.sage.sage300 import contracts, table_prices
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.contracts import Basis
from tidegate.sage.sage300.queries import equals
from tidegate.sage.sage300.reference import Reference
from tidegate.sage.sage300.rows import Row, day_of, details_of, figure_of, name_of, number_of, text_of
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.tables import Tables
from tidegate.sage.sage300.wire_names import (
    BASE_PRICE,
    BREAK_AMOUNT,
    BREAK_PERCENT,
    BREAK_QUANTITY,
    BREAKS,
    ITEM,
    ITEM_NAME,
    MARKUP,
    MARKUP_COST,
    PRICE_BASE,
    PRICE_CURRENCY,
    PRICE_LINES,
    PRICE_LIST,
    SALE_END,
    SALE_PRICE,
    SALE_START,
    VOLUME,
)

DECIMALS = 6  #: of a price that a discount makes


class Prices:
    """Reads the price book."""

    def __init__(
        self,
        client: Sage300Client,
        reference: Reference,
        company: Sage300Settings,
        today: Callable[[], date],
        agreed: Tables | None = None,
        listed: Tables | None = None,
    ) -> None:
        """`agreed`: where contracts are read; `listed`: where price lists are, if not by the Web API."""
        self._listed = listed
        self.lists_contracts = agreed is not None
        self._agreed = agreed
        self._client = client
        self._reference = reference
        self._company = company
        self._today = today

    def read(self, since: str | None) -> tuple[PriceBook, str, bool] | Failure:
        """All lists, and all prices as soon as one has changed."""
        lists = self._client.read("ICPriceListCodes")
        if isinstance(lists, Failure):
            return lists
        rows = self._rows()
        if isinstance(rows, Failure):
            return rows
        codes = self._reference.codes_of(text_of(row, ITEM) for row in rows)
        if isinstance(codes, Failure):
            return codes
        prices, bad = self._prices(rows, codes)
        listed = self._lists(lists)
        agreed = self._contracts(rows, codes)
        if isinstance(agreed, Failure):
            return agreed
        customers, broken = agreed
        bad = [*bad, *broken]
        text = "\n".join(sorted(f"{one}" for one in (*prices, *customers, *bad)))
        cursor = hashlib.sha256(text.encode()).hexdigest()[:32]
        if cursor == since:
            return PriceBook(listed, ()), cursor, False
        book = PriceBook(listed, tuple(prices), tuple(customers), bad=tuple(bad))
        return book, cursor, since is None

    def _rows(self) -> list[Row] | Failure:
        """The prices of all items, on all lists."""
        if self._listed is not None:
            return table_prices.read(self._listed, self._company.currency)
        return self._client.read("ICItemPricing", (equals(PRICE_CURRENCY, self._company.currency),))

    def _contracts(
        self, rows: Iterable[Row], codes: Mapping[str, str]
    ) -> tuple[list[CustomerPrice], list[BadRow]] | Failure:
        """What single customers have agreed on, from base prices and costs of the lists' rows."""
        if self._agreed is None:
            return [], []
        agreed = contracts.read(self._agreed)
        if isinstance(agreed, Failure):
            return agreed
        if not agreed:
            return [], []
        categories = self._reference.categories()
        if isinstance(categories, Failure):
            return categories
        basis: dict[tuple[str, str], Basis] = {}
        for row in rows:
            item, name = text_of(row, ITEM), text_of(row, PRICE_LIST)
            with suppress(Unreadable):
                cost = number_of(row, MARKUP_COST)
                basis[item, name] = Basis(self._now(row), cost, categories.get(item, ""))
        return contracts.customer_prices(agreed, basis, codes, self._company.currency)

    def _lists(self, rows: Iterable[Row]) -> tuple[PriceList, ...]:
        return tuple(
            PriceList(
                text_of(row, PRICE_LIST),
                text_of(row, ITEM_NAME),
                self._company.currency,
                standard=text_of(row, PRICE_LIST) == self._company.price_list,
            )
            for row in rows
            if text_of(row, PRICE_LIST)
        )

    def _prices(self, rows: Iterable[Row], codes: Mapping[str, str]) -> tuple[list[ListPrice], list[BadRow]]:
        """The prices of each item, on all lists or on none: one that cannot be read spoils those of its item."""
        made: dict[str, list[ListPrice]] = {}
        bad: dict[str, BadRow] = {}
        for row in rows:
            sku = codes.get(text_of(row, ITEM), "")
            try:
                made.setdefault(sku, []).extend(self._of_row(row, sku))
            except Unreadable as error:
                bad[sku] = BadRow(sku, str(error))
        return [one for sku, prices in made.items() if sku not in bad for one in prices], list(bad.values())

    def _of_row(self, row: Row, sku: str) -> list[ListPrice]:
        name = name_of(row, PRICE_LIST)
        price = self._now(row)
        found = [ListPrice(name, sku, price)]
        if text_of(row, "PriceDeterminedby") != VOLUME:
            return found
        for number in range(1, BREAKS + 1):
            quantity = number_of(row, BREAK_QUANTITY.format(number))
            if quantity:
                found.append(ListPrice(name, sku, _reduced(row, number, price), quantity))
        return found

    def _now(self, row: Row) -> Decimal:
        """The sale price within its days, else the base price, of our unit: other units have rows of their own."""
        units = [one for one in details_of(row, PRICE_LINES) if self._is_unit(text_of(one, "QuantityUnit"))]
        today = self._today()
        for one in units:
            start, end = day_of(one, SALE_START), day_of(one, SALE_END)
            if text_of(one, "PriceDetailType") != SALE_PRICE:
                continue
            if (start is None or start <= today) and (end is None or today <= end):
                return figure_of(one, "UnitPrice")
        base = [one for one in units if text_of(one, "PriceDetailType") == BASE_PRICE]
        if len(base) != 1:
            raise Unreadable(f"{len(base)} base prices per {self._company.unit}", PRICE_LINES)
        return figure_of(base[0], "UnitPrice")

    def _is_unit(self, unit: str) -> bool:
        return unit.rstrip(".").casefold() == self._company.unit.rstrip(".").casefold()


def _reduced(row: Row, number: int, price: Decimal) -> Decimal:
    sign = 1 if text_of(row, PRICE_BASE) == MARKUP else -1
    if text_of(row, "DiscountMarkupPriceby") == "Amount":
        return price + sign * figure_of(row, BREAK_AMOUNT.format(number))
    percent = figure_of(row, BREAK_PERCENT.format(number))
    return rounded(price * (100 + sign * percent) / 100, DECIMALS)
