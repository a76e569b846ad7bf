"""Prices as Sage 100 finds them: by customer and item, by level, by price code, and the item's standard price.

Source: contract §7.4. The standard list is for customers without a level; each level with a record of its own is a
list. Items and price codes are read whole, and report nothing when nothing differs: a sale begins and ends without
anybody's change. A full reading lets Sage compute some of them (`price_probes`); one that differs is not reported.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceBook, PriceList
from tidegate.reading.document import Unreadable
from tidegate.sage.sage100.accounts import account_of
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.price_probe import PriceProbe
from tidegate.sage.sage100.price_rules import Break, breaks_of, sale_of, standard_of
from tidegate.sage.sage100.rows import Row, name_of, text_of
from tidegate.sage.sage100.settings import MARKUP_BASES, Sage100Settings
from tidegate.sage.sage100.wire_names import (
    CUSTOMER_NUMBER,
    DIVISION,
    ITEMS,
    PRICE_CODES,
    REGULAR,
    STEPS,
)

STANDARD = "Standard"  #: our name of the list of those who have no level
RECORD, LEVEL = "PriceCodeRecord", "CustomerPriceLevel"
ITEM_COLUMNS = (
    *("ItemCode", "ItemType", "PriceCode", "StandardUnitPrice", "SaleMethod", "SalesPromotionPrice"),
    *("SalesPromotionDiscountPercent", "SaleStartingDate", "SaleEndingDate"),
)
CODE_COLUMNS = (
    *(RECORD, "PriceCode", "ItemCode", LEVEL, DIVISION, CUSTOMER_NUMBER, "PricingMethod"),
    *(f"{name}{step}" for step in range(1, STEPS + 1) for name in ("BreakQuantity", "DiscountMarkup")),
)


@dataclass(slots=True)
class Records:
    """Price records by what they apply to."""

    by_customer: dict[str, list[Row]] = field(default_factory=dict)  #: item -> records of customers
    by_item: dict[tuple[str, str], Row] = field(default_factory=dict)  #: (item, level)
    by_code: dict[tuple[str, str], Row] = field(default_factory=dict)  #: (price code, level)
    levels: list[str] = field(default_factory=list)

    def of(self, item: Row, level: str) -> Row | None:
        """The record that counts: of the level, then of all customers; of the item, then of its price code."""
        code, sku = text_of(item, "PriceCode"), text_of(item, "ItemCode")
        by_code = (self.by_code.get((code, level)), self.by_code.get((code, ""))) if code else ()
        found = (self.by_item.get((sku, level)), self.by_item.get((sku, "")), *by_code)
        return next((one for one in found if one is not None), None)

    def is_own(self, item: Row, level: str) -> bool:
        """Whether a record names this level."""
        code, sku = text_of(item, "PriceCode"), text_of(item, "ItemCode")
        return (sku, level) in self.by_item or bool(code and (code, level) in self.by_code)


class Prices:
    """Reads the price book."""

    lists_contracts = True

    def __init__(
        self,
        client: Sage100Client,
        company: Sage100Settings,
        today: Callable[[], date],
        probe: PriceProbe | None = None,
    ) -> None:
        """`today` is the day in the company's time zone; `probe` compares prices with Sage's own."""
        self._client = client
        self._company = company
        self._today = today
        self._probe = probe
        self._columns = tuple(dict.fromkeys((*ITEM_COLUMNS, MARKUP_BASES[company.markup_base])))

    def read(self, since: str | None) -> tuple[PriceBook, str, bool] | Failure:
        """All lists, and all prices as soon as one has changed."""
        items = self._client.rows(ITEMS, self._columns)
        if isinstance(items, Failure):
            return items
        codes = self._client.rows(PRICE_CODES, CODE_COLUMNS)
        if isinstance(codes, Failure):
            return codes
        records = _records(codes[0])
        prices, agreed, bad = self._prices(items[0], records)
        if since is None and self._probe is not None:
            by_level = {"" if one.standard else one.code: one.code for one in self._lists(records)}
            listed = {
                level: [one for one in prices if one.list_code == code] for level, code in by_level.items()
            }
            bad += self._probe.differences(listed, agreed)
        wrong = {one.name for one in bad}
        prices = [one for one in prices if one.sku not in wrong]
        agreed = [one for one in agreed if one.sku not in wrong]
        lists = self._lists(records)
        text = "\n".join(sorted(f"{one}" for one in (*lists, *prices, *agreed, *bad)))
        cursor = hashlib.sha256(text.encode()).hexdigest()[:32]
        if cursor == since:
            return PriceBook(lists, ()), cursor, False
        return PriceBook(lists, tuple(prices), tuple(agreed), bad=tuple(bad)), cursor, since is None

    def _lists(self, records: Records) -> tuple[PriceList, ...]:
        currency = self._company.currency
        levels = (PriceList(one, f"Price level {one}", currency) for one in records.levels)
        return (PriceList(STANDARD, "Standard price", currency, standard=True), *levels)

    def _prices(
        self, items: Iterable[Row], records: Records
    ) -> tuple[list[ListPrice], list[CustomerPrice], list[BadRow]]:
        """The prices of each item, all of them or none: one that cannot be read spoils those of its item."""
        listed: list[ListPrice] = []
        agreed: list[CustomerPrice] = []
        bad: list[BadRow] = []
        for item in items:
            # An item that is out of use keeps its prices, as with every product: whether it is sold is its status.
            if text_of(item, "ItemType") not in ("", REGULAR):
                continue
            try:
                theirs = list(self._listed(item, records))
                contracts = list(self._agreed(item, records))
            except Unreadable as error:
                bad.append(BadRow(text_of(item, "ItemCode"), str(error)))
                continue
            listed += theirs
            agreed += contracts
        return listed, agreed, bad

    def _listed(self, item: Row, records: Records) -> Iterable[ListPrice]:
        sku = name_of(item, "ItemCode")
        for level in ("", *records.levels):
            if not level or records.is_own(item, level):
                for one in self._breaks(item, records.of(item, level)):
                    yield ListPrice(level or STANDARD, sku, one.price, one.quantity)

    def _agreed(self, item: Row, records: Records) -> Iterable[CustomerPrice]:
        sku = name_of(item, "ItemCode")
        for row in records.by_customer.get(sku, ()):
            account = account_of(
                text_of(row, DIVISION), name_of(row, CUSTOMER_NUMBER), self._company.division
            )
            for one in self._breaks(item, row):
                yield CustomerPrice(account, sku, one.price, self._company.currency, one.quantity)

    def _breaks(self, item: Row, record: Row | None) -> list[Break]:
        """The breaks of a record, or of the standard price; today's sale price counts where it is lower."""
        base = MARKUP_BASES[self._company.markup_base]
        found = (
            breaks_of(record, item, base) if record is not None else [Break(Decimal(1), standard_of(item))]
        )
        sale = sale_of(item, self._today())
        return found if sale is None else [one.at_most(sale) for one in found]


def _records(rows: Iterable[Row]) -> Records:
    found = Records()
    levels: set[str] = set()
    for row in rows:
        level, item, code = text_of(row, LEVEL), text_of(row, "ItemCode"), text_of(row, "PriceCode")
        match text_of(row, RECORD):
            case "2":
                found.by_customer.setdefault(item, []).append(row)
            case "1":
                found.by_item[item, level] = row
                levels.add(level)
            case "0" | "":
                found.by_code[code, level] = row
                levels.add(level)
    found.levels = sorted(levels - {""})
    return found
