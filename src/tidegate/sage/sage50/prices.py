"""The price book in the products file: the net price of each article, and its prices on other lists.

Source: contract §10, §12. `netPrice` is without tax; the `discount` of an article is a rate that the vendor does not
explain, and no price is made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.domain.prices.price_book import ListPrice, PriceBook, PriceList
from tidegate.reading.document import Unreadable
from tidegate.sage.sage50.articles import Articles, readable_sku, sku_of
from tidegate.sage.sage50.fields import Record, figure_of, name_of, number_of


class Prices:
    """The price book of one company."""

    def __init__(self, articles: Articles, standard: str, currency: str) -> None:
        """`standard`: the name of the list for all customers; the file gives it none."""
        self._articles = articles
        self._standard = standard
        self._currency = currency

    @property
    def lists_contracts(self) -> bool:
        """No: what single customers pay is in no file."""
        return False

    def read(self, since: str | None) -> tuple[PriceBook, str, bool] | Failure:
        """All lists and prices, where the file is a new one. The lists are those that any article has a price on."""
        read = self._articles.records.read(since)
        if isinstance(read, Failure):
            return read
        if not read.new:
            everything = self._articles.records.known()
            records = () if isinstance(everything, Failure) else everything.records.values()
            return PriceBook(self._lists(records), ()), read.cursor, False
        rows, bad = read.rows(lambda record: tuple(self._prices(record)), sku_of)
        prices = tuple(price for each in rows for price in each)
        return PriceBook(self._lists(read.records), prices, bad=bad), read.cursor, True

    def _prices(self, record: Record) -> Iterator[ListPrice]:
        sku = readable_sku(record)
        yield ListPrice(self._standard, sku, _not_below_zero(figure_of(record, "netPrice")))
        for entry in _entries(record):
            quantity = number_of(entry, "minQuantity")
            yield ListPrice(
                name_of(entry, "priceList"),
                sku,
                _not_below_zero(figure_of(entry, "netPrice")),
                quantity if quantity is not None and quantity > 0 else Decimal(1),
            )

    def _lists(self, records: Iterable[Record]) -> tuple[PriceList, ...]:
        names: dict[str, None] = {}
        for record in records:
            for entry in record.get("prices") or () if isinstance(record.get("prices"), list) else ():
                if isinstance(entry, dict) and isinstance(entry.get("priceList"), str):
                    names[entry["priceList"].strip()] = None
        others = [name for name in names if name and name != self._standard]
        standard = PriceList(self._standard, self._standard, self._currency, standard=True)
        return (standard, *(PriceList(name, name, self._currency) for name in sorted(others)))


def _entries(record: Record) -> Iterator[Record]:
    entries = record.get("prices")
    if entries is None:
        return
    if not isinstance(entries, list):
        raise Unreadable("it is not a list", "prices")
    for entry in entries:
        if not isinstance(entry, dict):
            raise Unreadable("an entry is not a price", "prices")
        yield entry


def _not_below_zero(price: Decimal) -> Decimal:
    if price < 0:
        raise Unreadable(f"{price} is not a price", "netPrice")
    return price
