"""Reading an order as it is now and the documents that it has: before any of them is made.

A made document is answered by its id as a JSON string (contract, point 18).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.store_document import StoreDocument
from tidegate.domain.fulfilment.store_order import StoreItem, StoreOrder
from tidegate.domain.money import ZERO, plain
from tidegate.magento.client import StoreClient
from tidegate.magento.document_amounts import (
    EXTENSION,
    WireFixedTax,
    fixed_tax,
    named_extras,
    unknown_fields,
)
from tidegate.magento.document_amounts import ITEM_FIELDS as FIXED_TAX
from tidegate.magento.order_amounts import (
    BASE,
    ITEM_AMOUNTS,
    OWN,
    WireOrderAmounts,
    item_amounts,
    side_of,
    worth,
)
from tidegate.magento.order_amounts import ORDER_FIELDS as AMOUNTS
from tidegate.magento.paging import read_pages
from tidegate.magento.read_ahead import TOGETHER, ReadAhead
from tidegate.magento.reading import counted
from tidegate.magento.row_totals import after_discount
from tidegate.magento.search import Filter, Search, fields_query
from tidegate.magento.wire import Amount, Id, Text
from tidegate.reading.shape import ANYTHING, Shape

ORDERS = "/V1/orders"
PAGE = 100
STATES = 20  #: orders whose state one call asks for: no more than a shop with input limits serves

ORDER_FIELDS = ("entity_id", "increment_id", "state", "status", "base_currency_code")
ITEM_FIELDS = (
    *("item_id", "parent_item_id", "product_type", "product_id", "sku", "price", "is_virtual"),
    *("qty_ordered", "qty_shipped", "qty_invoiced", "qty_refunded", "qty_canceled"),
)
DOCUMENT_FIELDS = "entity_id,increment_id,items[order_item_id,qty],comments[comment]"
#: What an invoice or credit memo comes to, in the base currency and in the order's.
TOTALS = (
    "base_grand_total,grand_total,base_shipping_amount,shipping_amount,"
    f"base_shipping_incl_tax,shipping_incl_tax,{EXTENSION}"
)


class WireStoreItem(WireFixedTax, kw_only=True):
    """An order item with its counters."""

    item_id: int
    parent_item_id: Id = None
    product_type: Text = None
    product_id: Id = None
    sku: Text = None
    price: Amount = None
    is_virtual: int | bool | None = None
    qty_ordered: Amount = None
    qty_shipped: Amount = None
    qty_invoiced: Amount = None
    qty_refunded: Amount = None
    qty_canceled: Amount = None


class WireStoreOrder(WireOrderAmounts, kw_only=True):
    """An order with its items' counters."""

    entity_id: int
    items: list[WireStoreItem]
    increment_id: Text = None
    state: Text = None
    status: Text = None
    extension_attributes: Any = None


class WireStoreOrders(msgspec.Struct):
    """A page of them."""

    items: list[WireStoreOrder] | None = None


class WireState(msgspec.Struct):
    """An order's state alone."""

    entity_id: int
    state: Text = None


class WireStates(msgspec.Struct):
    """A page of them."""

    items: list[WireState] | None = None


class WireDocumentItem(msgspec.Struct):
    """A line of a document."""

    order_item_id: Id = None
    qty: Amount = None


class WireDocumentComment(msgspec.Struct):
    """A comment on a document."""

    comment: Text = None


class WireTrack(msgspec.Struct):
    """A tracking number."""

    track_number: Text = None


class WireDocument(msgspec.Struct):
    """A shipment, invoice or credit memo."""

    entity_id: int
    order_id: Id = None
    increment_id: Text = None
    items: list[WireDocumentItem] | None = None
    comments: list[WireDocumentComment] | None = None
    tracks: list[WireTrack] | None = None
    base_grand_total: Amount = None
    grand_total: Amount = None
    base_shipping_amount: Amount = None
    shipping_amount: Amount = None
    base_shipping_incl_tax: Amount = None
    shipping_incl_tax: Amount = None
    extension_attributes: Any = None


class WireDocuments(msgspec.Struct):
    """A page of documents."""

    total_count: int
    items: list[WireDocument] | None = None


_ORDER: Shape[WireStoreOrder] = Shape(WireStoreOrder)
_STORE_ORDERS: Shape[WireStoreOrders] = Shape(WireStoreOrders)
_STATES: Shape[WireStates] = Shape(WireStates)
_DOCUMENTS: Shape[WireDocuments] = Shape(WireDocuments)
_DOCUMENT: Shape[WireDocument] = Shape(WireDocument)


class _WholeDocument:
    """Reads a document, and keeps all that it says."""

    def decode(self, body: bytes | str) -> tuple[WireDocument, Any]:
        """Its fields, and the tree that they stand in. Raises Unreadable."""
        tree = ANYTHING.decode(body)
        return _DOCUMENT.take(tree), tree


_WHOLE = _WholeDocument()


class OrderDocuments:
    """Reads of one store's orders and their documents."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client
        self._orders: dict[bool, ReadAhead[WireStoreOrder]] = {
            amounts: ReadAhead(client.clock) for amounts in (False, True)
        }
        self._documents: dict[str, ReadAhead[list[WireDocument]]] = {}

    def read_ahead(
        self, entity_ids: Sequence[int], path: str, *, anew: bool, more: str = "", amounts: bool = False
    ) -> Failure | None:
        """Look at these orders and their documents of one kind in two calls, unless that was just done.

        They are written to in this order, `anew` is the first time in a round; `order` and `of_order` with the same
        arguments serve the answers. What does not come so is read alone, which says why; a failure is returned where
        the store takes no calls now.
        """
        orders = self._orders[amounts]
        documents = self._documents.setdefault(path, ReadAhead(self._client.clock))
        if anew:
            orders.forget()
            documents.forget()
        if not orders.is_wanted(entity_ids):
            return None
        part = next(self._client.pools(entity_ids, self._client.page_size(ORDERS, TOGETHER)))
        search = Search().where(Filter("entity_id", "in", part)).sized(len(part))
        page = self._client.search(ORDERS, search.only(f"items[{_fields(amounts)}]"), _STORE_ORDERS)
        if isinstance(page, Failure):
            orders.keep(page)
            return orders.refusal
        rows = self.rows(path, Filter("order_id", "in", part), f"order_id,{DOCUMENT_FIELDS}{more}")
        if isinstance(rows, Failure):
            orders.keep(rows)
            return orders.refusal
        found: dict[int, list[WireDocument]] = {order_id: [] for order_id in part}
        for row in rows:
            found.setdefault(row.order_id or 0, []).append(row)
        orders.keep({one.entity_id: one for one in page.items or []})
        documents.keep(found)
        return None

    def order(self, entity_id: int, *, amounts: bool = False) -> StoreOrder | Failure:
        """The order with what is shipped, invoiced, refunded and cancelled of each item.

        With its `amounts` where an invoice or credit memo is to be made of it.
        """
        found: WireStoreOrder | Failure | None = self._orders[amounts].take(entity_id)
        if found is None:
            path = f"{ORDERS}/{entity_id}"
            found = self._client.get_as(path, _ORDER, fields_query(_fields(amounts)))
        if isinstance(found, Failure):
            return found
        if amounts:
            after_discount(found, [item for item, _ in counted(found.items)])
        try:
            items_now = tuple(_item(one) for one in found.items)
            extras = named_extras(found.extension_attributes)
        except ValueError as error:
            return _no_amount("order", found.increment_id, error)
        return StoreOrder(
            extras=extras,
            sides=(side_of(found, BASE), side_of(found, OWN)) if amounts else None,
            rate=found.base_to_order_rate or Decimal(1),
            entity_id=found.entity_id,
            increment_id=str(found.increment_id or ""),
            state=str(found.state or ""),
            status=str(found.status or ""),
            items=items_now,
            base_currency=str(found.base_currency_code or ""),
        )

    def states(self, entity_ids: Sequence[int]) -> dict[int, str] | Failure:
        """The present state of each of these orders; one that is gone is left out."""
        found: dict[int, str] = {}
        for part in self._client.pools(entity_ids, STATES):
            search = Search().where(Filter("entity_id", "in", part)).sized(len(part))
            answer = self._client.search(ORDERS, search.only("items[entity_id,state]"), _STATES)
            if isinstance(answer, Failure):
                return answer
            found.update((one.entity_id, str(one.state or "")) for one in answer.items or [])
        return found

    def of_order(self, path: str, entity_id: int, *, more: str = "") -> list[StoreDocument] | Failure:
        """All documents of one kind of an order, the oldest first; `path` is e.g. `/V1/invoices`."""
        ahead = self._documents[path].take(entity_id) if path in self._documents else None
        if ahead is not None:
            return ahead if isinstance(ahead, Failure) else store_documents(ahead)
        rows = self.rows(path, Filter("order_id", "eq", entity_id), DOCUMENT_FIELDS + more)
        return rows if isinstance(rows, Failure) else store_documents(rows)

    def rows(self, path: str, which: Filter, fields: str) -> list[WireDocument] | Failure:
        """All rows of a search for documents, as they came."""
        return read_pages(
            self._client,
            path,
            Search().where(which).sorted_by("entity_id").only(f"items[{fields}],total_count"),
            lambda page: self._client.search(path, page, _DOCUMENTS),
            size=PAGE,
            key=lambda one: one.entity_id,
            whole=True,
        )

    def one(self, path: str, document_id: int) -> StoreDocument | Failure:
        """A made invoice or credit memo, whole, with what it comes to; `path` is e.g. `/V1/invoices`."""
        found = self._client.get_as(f"{path}/{document_id}", _WHOLE)
        if isinstance(found, Failure):
            return found
        row, tree = found
        documents = store_documents([row])
        return documents if isinstance(documents, Failure) else _with_fields(documents[0], tree)

    def pieces(self, path: str, document_id: int, *, more: str = "") -> StoreDocument | Failure:
        """A made document with its pieces and comments, without amounts; `path` is e.g. `/V1/shipment`."""
        found = self._client.get_as(f"{path}/{document_id}", _DOCUMENT, fields_query(DOCUMENT_FIELDS + more))
        documents = found if isinstance(found, Failure) else store_documents([found])
        return documents if isinstance(documents, Failure) else documents[0]

    def whole(self, path: str, document: StoreDocument) -> StoreDocument | Failure:
        """The same with the fields of extensions that it has: read where they may be part of its total."""
        if document.fields is not None:
            return document
        found = self._client.get(f"{path}/{document.id}")
        return found if isinstance(found, Failure) else _with_fields(document, found)


def _fields(amounts: bool) -> str:
    """Of an order, with its amounts or without."""
    if not amounts:
        return f"{','.join(ORDER_FIELDS)},items[{','.join(ITEM_FIELDS)}]"
    items = ",".join((*ITEM_FIELDS, *ITEM_AMOUNTS, *FIXED_TAX))
    return f"{','.join((*AMOUNTS, *ORDER_FIELDS))},{EXTENSION},items[{items}]"


def made(answer: Any, call: str) -> int | Failure:
    """The id of a document that was just made, from its answer."""
    if isinstance(answer, Failure):
        return answer
    if isinstance(answer, str | int) and not isinstance(answer, bool) and str(answer).isdecimal():
        return int(answer)
    return Failure(Code.UNCLEAR_ANSWER, f"the answer to {call} is not an id: {answer!r:.80}")


def figure(quantity: Decimal) -> msgspec.Raw:
    """A quantity as a JSON number."""
    return msgspec.Raw(plain(quantity).encode())


def _no_amount(what: str, number: Text, error: ValueError) -> Failure:
    """A document with an amount that is none: nothing is written on its word."""
    return Failure(Code.MALFORMED, f"Magento's {what} {number}: {error}", sent=False)


def store_documents(rows: Sequence[WireDocument]) -> list[StoreDocument] | Failure:
    """The rows as documents. Nothing is written on the word of one with an amount that is none."""
    found = []
    for one in rows:
        try:
            found.append(_document(one))
        except ValueError as error:
            return _no_amount("document", one.increment_id, error)
    return found


def _with_fields(document: StoreDocument, tree: Any) -> StoreDocument:
    """With the numbers of extensions in the whole document."""
    return replace(
        document, fields=unknown_fields(tree, one_currency=document.totals[0] == document.totals[1])
    )


def _item(one: WireStoreItem) -> StoreItem:
    return StoreItem(
        item_id=one.item_id,
        sku=str(one.sku or ""),
        ordered=one.qty_ordered or ZERO,
        kind=str(one.product_type or "simple"),
        parent_id=one.parent_item_id,
        product_id=one.product_id,
        virtual=bool(one.is_virtual),
        price=one.price or ZERO,
        worth=(worth(one, BASE), worth(one, OWN)),
        shipped=one.qty_shipped or ZERO,
        invoiced=one.qty_invoiced or ZERO,
        refunded=one.qty_refunded or ZERO,
        cancelled=one.qty_canceled or ZERO,
        amounts=(item_amounts(one, BASE), item_amounts(one, OWN)),
        fixed_tax=fixed_tax(one, one.qty_ordered or ZERO),
    )


def _document(one: WireDocument) -> StoreDocument:
    pieces: dict[int, Decimal] = {}
    for line in one.items or []:
        if line.order_item_id is not None:
            pieces[line.order_item_id] = pieces.get(line.order_item_id, ZERO) + (line.qty or ZERO)
    return StoreDocument(
        id=one.entity_id,
        number=str(one.increment_id or ""),
        pieces=pieces,
        comments=tuple(str(comment.comment or "") for comment in one.comments or []),
        tracks=tuple(str(track.track_number or "") for track in one.tracks or []),
        totals=(one.base_grand_total, one.grand_total),
        carriage=(one.base_shipping_incl_tax or ZERO, one.shipping_incl_tax or ZERO),
        carriage_net=(one.base_shipping_amount or ZERO, one.shipping_amount or ZERO),
        extras=named_extras(one.extension_attributes),
    )
