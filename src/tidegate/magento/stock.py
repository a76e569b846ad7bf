"""Sources, what lies at them, and what is salable; and the one stock number of shops without sources.

Contract points 19, 25 and 28. `source-items` is all or nothing, takes SKUs that do not exist, and names
nothing when it refuses an unknown source: whoever writes checks both first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import plain
from tidegate.magento.client import StoreClient
from tidegate.magento.paging import read_pages
from tidegate.magento.prices import StorePrices
from tidegate.magento.search import Filter, Search
from tidegate.reading.shape import Rows, Shape

T = TypeVar("T")

PRODUCTS = "/V1/products"
ITEMS = "/V1/inventory/source-items"
#: Rows of a page: a thousand source items take the store as long as one order (measured-facts.json).
PAGE = 1000
#: SKUs whose prices are asked for at once, and answers after which the product search is asked instead.
PRICED = 100
_NO_PRICES = (Code.NOT_PERMITTED, Code.NOT_AUTHENTICATED, Code.UNKNOWN_ENDPOINT, Code.REFUSED)


class SourceItem(msgspec.Struct, frozen=True):
    """What of a SKU lies at a source. Status 0 is not salable, whatever the quantity."""

    sku: str
    source_code: str
    quantity: Decimal
    status: int


class Source(msgspec.Struct, frozen=True):
    """A place where stock lies."""

    source_code: str
    name: str = ""
    enabled: bool = True


class Link(msgspec.Struct, frozen=True):
    """A source that a stock sells from."""

    stock_id: int
    source_code: str


class StockItem(msgspec.Struct, frozen=True):
    """The stock of a SKU in a shop without sources; with sources it is that of `default` alone."""

    item_id: int
    qty: Decimal | None = None
    is_in_stock: bool | int = True
    backorders: int | None = (
        None  #: as the product or else the shop has it: 0 none, 1 silently, 2 with a notice
    )

    @property
    def allows_backorders(self) -> bool:
        """Whether it is sold though nothing is left."""
        return bool(self.backorders)


@dataclass(frozen=True, slots=True)
class Known:
    """A product that the store has; `sku` as the store spells it."""

    sku: str
    type_id: str


class _Stock(msgspec.Struct):
    stock_id: int


class _Product(msgspec.Struct):
    sku: str | int
    type_id: str = ""


class ItemRow(msgspec.Struct, frozen=True):
    """One row of a write. Both numbers are needed (point 25)."""

    sku: str
    source_code: str
    quantity: msgspec.Raw
    status: int


class ItemsBody(msgspec.Struct, frozen=True, rename={"items": "sourceItems"}):
    """`POST /V1/inventory/source-items`, and one element of its bulk call."""

    items: list[ItemRow]


class _StockRow(msgspec.Struct, frozen=True):
    qty: msgspec.Raw
    is_in_stock: bool


class _StockBody(msgspec.Struct, frozen=True, rename={"item": "stockItem"}):
    item: _StockRow


_ITEMS: Rows[SourceItem] = Rows(SourceItem)
_SOURCES: Rows[Source] = Rows(Source, name="source_code")
_LINKS: Rows[Link] = Rows(Link, name="source_code")
_STOCK: Shape[_Stock] = Shape(_Stock)
_PRODUCTS: Rows[_Product] = Rows(_Product)
_STOCK_ITEM: Shape[StockItem] = Shape(StockItem)
_NUMBER: Shape[Decimal] = Shape(Decimal)


def number(quantity: Decimal) -> msgspec.Raw:
    """A quantity as a JSON number; msgspec would write a Decimal as a text."""
    return msgspec.Raw(plain(quantity).encode())


def items_body(items: Iterable[SourceItem]) -> ItemsBody:
    """The body that writes these source items."""
    return ItemsBody([ItemRow(one.sku, one.source_code, number(one.quantity), one.status) for one in items])


class StoreStock:
    """Reads and writes the stock of one store."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client

    def sources(self) -> list[Source] | Failure:
        """All sources; a shop without multi-source inventory answers with `unknown-endpoint`."""
        page = self._client.search("/V1/inventory/sources", Search().sized(300), _SOURCES)
        return page if isinstance(page, Failure) else page.items

    def links(self) -> list[Link] | Failure:
        """Which stock sells from which source."""
        page = self._client.search("/V1/inventory/stock-source-links", Search().sized(300), _LINKS)
        return page if isinstance(page, Failure) else page.items

    def stock_of(self, website: str) -> int | Failure:
        """The id of the stock that a website sells from (`inventory-stock-resolver-website-b2b`)."""
        path = f"/V1/inventory/stock-resolver/website/{quote(website, safe='')}"
        answer = self._client.get_as(path, _STOCK)
        return answer if isinstance(answer, Failure) else answer.stock_id

    def items(self, skus: Sequence[str], sources: Sequence[str]) -> list[SourceItem] | Failure:
        """What lies at these sources of these SKUs; pairs that the store does not have are left out."""
        found: list[SourceItem] = []
        for which in _asked(self._client, "sku", skus):
            read = self._pages(Search().where(which, Filter("source_code", "in", list(sources))))
            if isinstance(read, Failure):
                return read
            found += read
        return found

    def all_items(self, sources: Sequence[str]) -> list[SourceItem] | Failure:
        """Everything at these sources. What is missing may have slipped between two pages: ask again by SKU."""
        return self._pages(Search().where(Filter("source_code", "in", list(sources))))

    def _pages(self, search: Search) -> list[SourceItem] | Failure:
        # counted by what came: some shops give fewer rows a page than asked for, without a word
        return read_pages(
            self._client,
            ITEMS,
            search.sorted_by("sku").sorted_by("source_code"),
            lambda page: self._client.search(ITEMS, page, _ITEMS),
            size=PAGE,
            key=lambda item: (item.sku, item.source_code),
        )

    def write(self, items: Sequence[SourceItem]) -> Failure | None:
        """Set what lies where, all or nothing; doing it again changes nothing."""
        answer: Any = self._client.post(ITEMS, items_body(items))
        if isinstance(answer, Failure):
            return answer
        if answer != []:
            return Failure(Code.UNCLEAR_ANSWER, f"unexpected answer to the source items: {answer!r:.80}")
        return None

    def salable(self, sku: str, stock_id: int) -> Decimal | Failure:
        """What can still be bought of a simple product from a stock, reservations taken off."""
        path = f"/V1/inventory/get-product-salable-quantity/{quote(sku, safe='')}/{stock_id}"
        return self._client.get_as(path, _NUMBER)

    def known(self, skus: Sequence[str]) -> dict[str, Known] | Failure:
        """Which of these SKUs the store has, by the SKU as asked; Magento finds them whatever their capitals.

        Asked by their base prices, which is six times cheaper than a product search (point 33). That leaves
        out the unknown and those whose parts have the price: only these are searched.
        """
        found: dict[str, Known] = {}
        for start in range(0, len(skus), PRICED):
            part = skus[start : start + PRICED]
            prices = StorePrices(self._client).base(part)
            if isinstance(prices, Failure):
                if prices.code not in _NO_PRICES:
                    return prices
                break
            names = {price.sku.casefold(): price.sku for price in prices}
            found |= {sku: Known(names[sku.casefold()], "simple") for sku in part if sku.casefold() in names}
        searched = self._searched([sku for sku in skus if sku not in found])
        return searched if isinstance(searched, Failure) else found | searched

    def _searched(self, skus: Sequence[str]) -> dict[str, Known] | Failure:
        by_name: dict[str, Known] = {}
        for which in _asked(self._client, "sku", skus):
            search = Search().where(which).only("items[sku,type_id],total_count")
            rows = read_pages(
                self._client,
                PRODUCTS,
                search,
                lambda page: self._client.search(PRODUCTS, page, _PRODUCTS),
                size=PAGE,
                key=lambda row: str(row.sku),
            )
            if isinstance(rows, Failure):
                return rows
            for one in rows:
                by_name[str(one.sku).casefold()] = Known(str(one.sku), one.type_id)
        return {sku: by_name[sku.casefold()] for sku in skus if sku.casefold() in by_name}

    def stock_item(self, sku: str) -> StockItem | Failure:
        """The one stock number of a SKU."""
        return self._client.get_as(f"/V1/stockItems/{quote(sku, safe='')}", _STOCK_ITEM)

    def write_stock_item(
        self, sku: str, item_id: int, quantity: Decimal, *, in_stock: bool
    ) -> Failure | None:
        """Set the one stock number of a SKU; one call a SKU, there is none for several."""
        body = _StockBody(_StockRow(number(quantity), in_stock))
        answer: Any = self._client.put(f"/V1/products/{quote(sku, safe='')}/stockItems/{item_id}", body)
        if isinstance(answer, Failure):
            return answer
        if str(answer) != str(item_id):  # the call answers the stock item's id
            return Failure(Code.UNCLEAR_ANSWER, f"unexpected answer to the stock of {sku}: {answer!r:.80}")
        return None


def _asked(client: StoreClient, field: str, values: Sequence[str]) -> Iterator[Filter]:
    """Filters that name all values and are short enough; a comma would part one value into two."""
    yield from (Filter(field, "eq", value) for value in values if "," in value)
    plain = [value for value in values if "," not in value]
    yield from (Filter(field, "in", part) for part in client.pools(plain, PAGE))
