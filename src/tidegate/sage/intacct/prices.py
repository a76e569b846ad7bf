"""Price lists with their breaks, and base prices as the standard list.

Source: contract §9. An entry that is a markup is computed from the item's base price, so the prices of an
item are read together whenever its base price or one of its entries changed. Entries of another currency, of
an employee or of a product line are none of a web shop's. Dates are inclusive; what starts or ends by itself is
seen by the next full read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.domain.money import rounded
from tidegate.domain.prices.price_book import ListPrice, PriceBook, PriceList
from tidegate.reading.document import Unreadable
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.deltas import changes
from tidegate.sage.intacct.queries import Query, among, in_parts
from tidegate.sage.intacct.rows import Row, bad_row, day_of, figure_of, name_of, number_of, text_of
from tidegate.sage.intacct.settings import IntacctSettings

STANDARD = "Base price"
DECIMALS = 5  #: of a price that a markup makes
LIST = Query("SOPRICELIST", ("RECORDNO", "NAME", "DATEFROM", "DATETO", "STATUS"))
ENTRY = Query(
    "SOPRICELISTENTRY",
    (
        "PRICELISTID",
        "ITEMID",
        "VALUE",
        "VALUETYPE",
        "DATEFROM",
        "DATETO",
        "QTYLIMITMIN",
        "QTYLIMITMAX",
        "CURRENCY",
        "EMPLOYEEID",
    ),
)
ITEM = Query("ITEM", ("ITEMID", "BASEPRICE"))


class Prices:
    """Reads the price book. What single customers have agreed on (schedules) is not in its lists."""

    lists_contracts = False

    def __init__(self, client: IntacctClient, company: IntacctSettings, today: Callable[[], date]) -> None:
        """`today` is the day in the company's time zone."""
        self._client = client
        self._company = company
        self._today = today

    def read(self, since: str | None) -> tuple[PriceBook, str, bool] | Failure:
        """All lists, and all prices of items of which any price changed."""
        lists = self._client.read(LIST)
        if isinstance(lists, Failure):
            return lists
        found = changes(self._client, (ITEM, ENTRY), since)
        if isinstance(found, Failure):
            return found
        items, entries = found.rows
        if not found.full:
            changed = {text_of(row, "ITEMID") for row in (*items, *entries)} - {""}
            read = of_items(self._client, in_parts(sorted(changed)))
            if isinstance(read, Failure):
                return read
            items, entries = read
        known = [text_of(row, "NAME") for row in lists]
        prices, bad = self._prices(items, entries, known)
        book = PriceBook(self._lists(lists), tuple(prices), bad=tuple(bad))
        return book, found.parking({0: bad}), found.full

    def _lists(self, rows: Iterable[Row]) -> tuple[PriceList, ...]:
        currency = self._company.currency
        standard = PriceList(STANDARD, STANDARD, currency, standard=True)
        others = (
            PriceList(
                code=text_of(row, "NAME"),
                name=text_of(row, "NAME"),
                currency=currency,
                active=text_of(row, "STATUS") != "inactive",
                valid_from=day_of(row, "DATEFROM"),
                valid_to=day_of(row, "DATETO"),
            )
            for row in rows
            if text_of(row, "NAME")
        )
        return (standard, *others)

    def _prices(
        self, items: Iterable[Row], entries: Iterable[Row], lists: Sequence[str]
    ) -> tuple[list[ListPrice], list[BadRow]]:
        """The prices of each item, on all lists or on none: one that cannot be read spoils those of its item."""
        by_item: defaultdict[str, list[Row]] = defaultdict(list)
        for row in concerned(entries, self._today(), self._company.currency):
            by_item[text_of(row, "ITEMID")].append(row)
        made: list[ListPrice] = []
        bad: list[BadRow] = []
        for row in items:
            sku = text_of(row, "ITEMID")
            try:
                made += _of_item(row, by_item.get(sku, ()), lists)
            except Unreadable as error:
                bad.append(bad_row(row, sku, error))
        return made, bad


def of_items(
    client: IntacctClient, skus: Iterable[Sequence[str]], item: Query = ITEM
) -> tuple[list[Row], list[Row]] | Failure:
    """Items and their entries on all lists, pooled; `skus` in parts that one query takes."""
    items: list[Row] = []
    entries: list[Row] = []
    for part in skus:
        asked = [Query(one.object, ("RECORDNO", *one.fields), among("ITEMID", part)) for one in (item, ENTRY)]
        some, others = client.read_many(asked)
        if isinstance(some, Failure):
            return some
        if isinstance(others, Failure):
            return others
        items += some
        entries += others
    return items, entries


def concerned(entries: Iterable[Row], today: date, currency: str) -> list[Row]:
    """Entries for a web shop: valid today, in its currency, for all customers."""
    return [
        row
        for row in entries
        if covers(row, today)
        and text_of(row, "CURRENCY") in ("", currency)
        and not text_of(row, "EMPLOYEEID")
    ]


def covers(row: Row, today: date) -> bool:
    """Whether a list or an entry holds today: dates are inclusive, none is open."""
    begin, end = day_of(row, "DATEFROM"), day_of(row, "DATETO")
    return (begin is None or begin <= today) and (end is None or today <= end)


def price_on(name: str, entries: Sequence[Row], base: Decimal | None, quantity: Decimal) -> Decimal | None:
    """The price of one piece on a list from these entries of one item; the base price where none fits."""
    rows = [one for one in entries if text_of(one, "PRICELISTID") == name]
    return next(
        (one.price for one in reversed(_breaks(name, "", rows, base)) if one.quantity <= quantity), base
    )


def _of_item(item: Row, entries: Sequence[Row], lists: Sequence[str]) -> list[ListPrice]:
    sku, base = name_of(item, "ITEMID"), number_of(item, "BASEPRICE")
    made = [] if base is None else [ListPrice(STANDARD, sku, base)]
    by_list: defaultdict[str, list[Row]] = defaultdict(list)
    for entry in entries:
        by_list[text_of(entry, "PRICELISTID")].append(entry)
    for name in lists:
        made += _breaks(name, sku, by_list.get(name, ()), base)
    return made


def _breaks(name: str, sku: str, entries: Sequence[Row], base: Decimal | None) -> list[ListPrice]:
    """The prices of one list, by the quantity from which each holds; where none fits, the base price does."""
    limits = [
        (number_of(one, "QTYLIMITMIN") or Decimal(1), number_of(one, "QTYLIMITMAX"), _price(one, base))
        for one in entries
    ]
    starts = {max(low, Decimal(1)) for low, _, _ in limits}
    starts |= {high + 1 for _, high, _ in limits if high is not None}
    made: list[ListPrice] = []
    for start in sorted(starts | {Decimal(1)} if limits else starts):
        fitting = [one for one in limits if one[0] <= start and (one[1] is None or start <= one[1])]
        # Of two from the same quantity on the later one holds (A); they come by their record numbers.
        price = max(reversed(fitting), key=lambda one: one[0])[2] if fitting else base
        if price is not None and (not made or made[-1].price != price):
            made.append(ListPrice(name, sku, price, start))
    return made


def _price(entry: Row, base: Decimal | None) -> Decimal:
    value, kind = figure_of(entry, "VALUE"), text_of(entry, "VALUETYPE")
    if kind in ("", "Actual"):
        return value
    if base is None:
        raise Unreadable("a markup on an item without a base price", "VALUETYPE")
    if kind.startswith("Dollar"):
        return base + value
    if kind.startswith("Percent"):
        return rounded(base * (100 + value) / 100, DECIMALS)
    raise Unreadable(f"{kind!r} is not known to Tidegate", "VALUETYPE")
