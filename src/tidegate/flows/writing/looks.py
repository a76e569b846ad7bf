"""The looks at orders before they are written to, and at documents after they were made: several at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from tidegate.domain.errors import Failure
from tidegate.flows.cycle import Cycle
from tidegate.flows.writing.attempts import Target, settled_before
from tidegate.ledger import lookups
from tidegate.ledger.queue import Item
from tidegate.magento.store import MagentoStoreClient


class Reader(Protocol):
    """What of the store is looked at."""

    def read_ahead(self, entity_ids: Sequence[int], *, anew: bool) -> Failure | None:
        """Look at these orders together; a failure where the store takes no calls now."""
        ...


class DocumentReader(Reader, Protocol):
    """The same with the documents of one kind."""

    def read_made(self, document_ids: Sequence[int]) -> None:
        """Look at documents that were just made together."""
        ...


def open_orders(cycle: Cycle, flow: str) -> Iterator[tuple[int, Sequence[Item]]]:
    """Each order with open deliveries of a flow to the store, looked at with those behind it; until the cycle ends or others wait."""
    size, after = cycle.connection.settings.flows[flow].batch, 0
    while cycle.may_go_on():
        orders = lookups.open_by_source(
            cycle.name,
            flow,
            cycle.now(),
            doubtful_before=settled_before(cycle, Target.STORE),
            limit=size,
            after_source=after,
        )
        if not orders:
            return
        for place, (source_id, items) in enumerate(orders):
            after = source_id
            look_ahead(cycle, orders, place)
            yield source_id, items
            if not cycle.may_go_on() or cycle.should_stop():
                return


def look_ahead(cycle: Cycle, orders: Sequence[tuple[int, Sequence[Item]]], place: int) -> None:
    """Before the order at `place`: look at it and those behind it, unless an earlier look still serves.

    A flow of documents looks at the order and its documents of that kind, any other at the order and its comments.
    A store that takes no calls now ends the cycle, whether or not any of these orders would have been asked for.
    """
    store = cycle.connection.store
    reader: Reader = of_documents(store).get(cycle.flow, store.notes)
    ids = [items[0].entity_id or 0 for _, items in orders[place:]]
    closed = reader.read_ahead(ids, anew=place == 0)
    if closed is not None:
        cycle.call_failed(closed, of_company=False)


def look_back(store: MagentoStoreClient, flow: str, document_ids: Sequence[int]) -> None:
    """Look at documents of a flow together that were just made."""
    of_documents(store)[flow].read_made(document_ids)


def of_documents(store: MagentoStoreClient) -> Mapping[str, DocumentReader]:
    """The flows that make documents, and where those are read."""
    return {"shipments": store.shipments, "invoices": store.invoices, "credits": store.credits}
