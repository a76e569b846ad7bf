"""What a connection's store has in its invoices and credit memos, at the full value that the ERP knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.store_document import StoreDocument
from tidegate.domain.fulfilment.store_document_amounts import unnamed, valued
from tidegate.domain.fulfilment.store_order import StoreOrder
from tidegate.domain.orders.extras import FIELDS
from tidegate.flows.connection import Connection

Whole = Callable[[StoreDocument], StoreDocument | Failure]


def full_value(
    connection: Connection,
    what: str,
    documents: Sequence[StoreDocument],
    order: StoreOrder,
    side: int,
    whole: Whole,
) -> tuple[StoreDocument, ...] | Failure:
    """The documents by the connection's `amounts`; read whole where those name an extension's fields."""
    terms = connection.settings.amounts.terms()
    if any(source.startswith(f"{FIELDS}.") for source in terms):
        read = _whole(documents, whole)
        if isinstance(read, Failure):
            return read
        documents = read
    return valued(documents, order, side, terms, connection.name, what)


def unnamed_amount(
    connection: Connection,
    what: str,
    documents: Sequence[StoreDocument],
    difference: Decimal,
    side: int,
    whole: Whole,
) -> Failure | None:
    """The refusal by its own name of the amount that is the difference, where a field holds it."""
    read = _whole(documents, whole)
    if isinstance(read, Failure):
        return None
    return unnamed(read, difference, side, connection.settings.amounts.terms(), connection.name, what)


def _whole(documents: Sequence[StoreDocument], whole: Whole) -> list[StoreDocument] | Failure:
    found = []
    for document in documents:
        read = whole(document)
        if isinstance(read, Failure):
            return read
        found.append(read)
    return found
