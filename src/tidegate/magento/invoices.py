"""Invoices: what an order has of them, and making one.

Source: contract, points 18, 20 and 21, exchanges `order-invoice-*` and `invoices-*`. For offline payment
methods every invoice is paid at once, also with `capture: false`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.store_document import StoreDocument
from tidegate.magento.client import StoreClient
from tidegate.magento.made_documents import MadeDocuments
from tidegate.magento.order_documents import TOTALS, OrderDocuments, made
from tidegate.magento.shipments import DocumentComment, DocumentItem, document_items

PATH = "/V1/invoices"


class Invoice(msgspec.Struct, frozen=True, rename={"append_comment": "appendComment"}):
    """`POST /V1/order/{id}/invoice`. Nothing is captured: the money comes to Sage."""

    items: tuple[DocumentItem, ...]
    comment: DocumentComment
    capture: bool = False
    notify: bool = False
    append_comment: bool = True


def invoice(pieces: Mapping[int, Decimal], comment: str) -> Invoice:
    """The call's body."""
    return Invoice(document_items(pieces), DocumentComment(comment))


class Invoices:
    """One store's invoices. One call per order at a time (point 22)."""

    def __init__(self, client: StoreClient, documents: OrderDocuments) -> None:
        self._client = client
        self._documents = documents
        self._made = MadeDocuments(client, documents, PATH, f",{TOTALS}")

    def read_ahead(self, entity_ids: Sequence[int], *, anew: bool) -> Failure | None:
        """Look at these orders and what they have, in two calls."""
        return self._documents.read_ahead(entity_ids, PATH, anew=anew, more=f",{TOTALS}", amounts=True)

    def of_order(self, entity_id: int) -> list[StoreDocument] | Failure:
        """What is invoiced already."""
        return self._documents.of_order(PATH, entity_id, more=f",{TOTALS}")

    def make(self, entity_id: int, body: Invoice) -> int | Failure:
        """Make an invoice; its id. Not idempotent: look before (point 18)."""
        call = f"/V1/order/{entity_id}/invoice"
        return made(self._client.post(call, body), call)

    def one(self, invoice_id: int) -> StoreDocument | Failure:
        """A made invoice with what it comes to."""
        return self._made.take(invoice_id) or self._documents.one(PATH, invoice_id)

    def read_made(self, invoice_ids: Sequence[int]) -> None:
        """Look at invoices that were just made, in one call; `one` serves them."""
        self._made.read(invoice_ids)

    def whole(self, document: StoreDocument) -> StoreDocument | Failure:
        """One with the fields of extensions that it has."""
        return self._documents.whole(PATH, document)
