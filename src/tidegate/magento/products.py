"""Products of one store: which there are, and the few values that the company owns.

A PUT names the keys that change and leaves content alone, at the default scope (`all`), so that no website's
own value is made. A PUT of an unknown SKU would make a product (`products-put-unknown-sku`): ask first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.magento.client import StoreClient
from tidegate.magento.paging import shrunk
from tidegate.magento.search import Filter, Search
from tidegate.reading.document import Unreadable
from tidegate.reading.shape import ANYTHING, PageShape, Rows

PATH = "/V1/products"
AT_DEFAULT = "/all/V1/products"
#: `PUT /V1/products/{sku}` as a bulk call names it (`async-bulk-products-put-bySku`, contract point 27).
BY_SKU = "/V1/products/bySku"
FIELDS = "items[id,sku,name,status,type_id,weight,updated_at],total_count"
ENABLED, DISABLED = 1, 2
#: The types that carry stock, weight and prices of their own.
PLAIN = ("simple", "virtual", "downloadable")


class StoreProduct(msgspec.Struct, frozen=True):
    """A product, as far as the flows read one. `weight` is in the store's unit."""

    sku: str
    id: int
    type_id: str
    name: str | None = None
    status: int | None = None
    weight: Decimal | None = None


class ChangedProduct(msgspec.Struct, frozen=True, omit_defaults=True):
    """The keys that shall change; `sku`, as the store spells it, in a bulk call only, whose path does not name it."""

    weight: Decimal | None = None
    status: int | None = None
    sku: str | None = None


class NewProduct(msgspec.Struct, frozen=True, omit_defaults=True):
    """A minimal product: disabled, without price."""

    sku: str
    name: str
    attribute_set_id: int
    price: Decimal
    status: int
    type_id: str
    weight: Decimal | None = None


class ChangeBody(msgspec.Struct, frozen=True):
    """`PUT /V1/products/{sku}`."""

    product: ChangedProduct


class NewBody(msgspec.Struct, frozen=True):
    """`POST /V1/products`."""

    product: NewProduct


_PAGE: Rows[StoreProduct] = Rows(StoreProduct)


class StoreProducts:
    """Reads and writes the products of one store."""

    def __init__(self, client: StoreClient, page_size: int = 100) -> None:
        self._client = client
        self._page_size = page_size

    def products(self, since: datetime | None = None) -> Iterator[PageShape[StoreProduct] | Failure]:
        """Products by ascending id: all, or those saved from `since` on; pages go on behind the last id.

        Stock and price writes do not move a product's time (point 23): this tells of new and edited ones.
        """
        search = Search().sorted_by("entity_id").only(FIELDS)
        if since is not None:
            search = search.where(Filter("updated_at", "gteq", since))
        last = 0
        while True:
            size = self._client.page_size(PATH, self._page_size)
            page = self._client.search(PATH, search.where(Filter("entity_id", "gt", last)).sized(size), _PAGE)
            if isinstance(page, Failure):
                if shrunk(self._client, PATH, size, page):
                    continue
                yield page
                return
            yield page
            newest = max((*(each.id for each in page.items), *(row.key or 0 for row in page.bad)), default=0)
            if newest <= last or page.count >= page.total_count:
                return
            last = newest

    def by_skus(self, skus: Sequence[str]) -> list[StoreProduct] | Failure:
        """These products; unknown ones are left out. A SKU with a comma is asked alone: `in` splits at it."""
        found: list[StoreProduct] = []
        plain = sorted(sku for sku in set(skus) if "," not in sku)
        questions = [Filter("sku", "in", part) for part in self._client.pools(plain, self._page_size)]
        questions += [Filter("sku", "eq", sku) for sku in sorted(set(skus)) if "," in sku]
        for question in questions:
            search = Search().where(question).sized(self._page_size).only(FIELDS)
            page = self._client.search(PATH, search, _PAGE)
            if isinstance(page, Failure):
                return page
            found += page.items
        return found

    def change(self, sku: str, change: ChangedProduct) -> Failure | None:
        """Write weight or status of a product that the store has."""
        answer = self._client.put(f"{AT_DEFAULT}/{quote(sku, safe='')}", ChangeBody(change))
        return _about(sku, answer)

    def create(self, product: NewProduct) -> Failure | None:
        """Make a product; of a SKU that is there already, Magento changes these keys: ask first."""
        answer = self._client.post(AT_DEFAULT, NewBody(product))
        return _about(product.sku, answer)


def shown_by(sku: str, body: ChangeBody | NewBody, result: str) -> Failure | None:
    """None when an operation's result is this product with what was sent; else nothing is known of it."""
    try:
        answer = ANYTHING.decode(result)
    except Unreadable:
        answer = None
    failure = _about(sku, answer)
    if failure is None:
        sent = {"weight": body.product.weight, "status": body.product.status}
        there = {name: answer.get(name) for name in sent}
        if any(value is not None and value != there[name] for name, value in sent.items()):
            failure = Failure(Code.UNCLEAR_ANSWER, f"{sku}: the store's answer shows {there!r:.80}")
    return failure


def _about(sku: str, answer: Any) -> Failure | None:
    """None when the answer is this product; a refusal gets the product's name."""
    if not isinstance(answer, Failure):
        if isinstance(answer, dict) and str(answer.get("sku")).casefold() == sku.casefold():
            return None
        return Failure(
            Code.UNCLEAR_ANSWER, (f"{sku}: the store's answer is about another product ({answer!r:.80})")
        )
    if answer.code is not Code.REFUSED:
        return answer
    return Failure(answer.code, f"{sku}: {answer.text}", sent=answer.sent, details=answer.details)
