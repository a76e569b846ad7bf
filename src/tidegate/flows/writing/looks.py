"""The look at orders before they are written to: what comes next is looked at together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tidegate.ledger.queue import Item
from tidegate.magento.store import MagentoStoreClient


class Reader(Protocol):
    """What of the store is looked at."""

    def read_ahead(self, entity_ids: Sequence[int], *, anew: bool) -> None:
        """Look at these orders together."""
        ...


def look_ahead(
    store: MagentoStoreClient, flow: str, orders: Sequence[tuple[int, Sequence[Item]]], place: int
) -> None:
    """Before the order at `place`: look at it and those behind it, unless an earlier look still serves.

    A flow of documents looks at the order and its documents of that kind, any other at the order and its comments.
    """
    of_documents: dict[str, Reader] = {
        "shipments": store.shipments,
        "invoices": store.invoices,
        "credits": store.credits,
    }
    reader = of_documents.get(flow, store.notes)
    ids = [items[0].entity_id or 0 for _, items in orders[place:]]
    reader.read_ahead(ids, anew=place == 0)
