# ruff: noqa: S608 - the names in these statements are constants, the values are parameters
"""Orders that were read and that the company does not have yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.ledger import rows
from tidegate.ledger.item_rows import ARRIVED

#: The states before an order is confirmed. Handed over or in doubt, the company may have it: it counts twice for a while.
BEFORE = (
    State.CAPTURED,
    State.QUEUED,
    State.SENDING,
    State.HANDED_OVER,
    State.IN_DOUBT,
    State.REVIEW,
    State.HELD,
)
#: Magento's states of orders that no longer reserve stock.
FINISHED = ("canceled", "closed", "complete")
#: All other states, written exactly as in the index `source_unfinished`.
_UNFINISHED = f"NOT (source.state IN {FINISHED})"
#: Of an order in review that the company has.
_FOR_ITS_TOTAL = (
    f"AND delivery.reason_code || '' = '{Code.TOTALS_DIFFER.value}' AND delivery.target_id || '' <> ''"
)


def documents(connection: str) -> Iterator[str]:
    """The documents of these orders, as JSON."""
    after = 0
    while True:
        found = rows.fetch_all(
            "SELECT delivery.id, source.document FROM tidegate_delivery AS delivery "
            "JOIN tidegate_source AS source ON source.id = delivery.source_id "
            "WHERE delivery.connection = %s AND delivery.flow = 'orders' AND delivery.step = 'order' "
            f"AND delivery.state IN ({rows.marks(BEFORE)}) AND delivery.id > %s ORDER BY delivery.id LIMIT %s",
            *(connection, *[state.value for state in BEFORE], after, rows.CHUNK),
        )
        if not found:
            return
        after = found[-1][0]
        yield from (document for _, document in found if document)


def passed_over(connection: str) -> Iterator[str]:
    """The documents, as JSON, of skipped orders that are unfinished in the store."""
    return (document for document, _ in _unfinished(connection, State.SKIPPED))


def confirmed(connection: str, since: datetime) -> Iterator[tuple[str, datetime]]:
    """The documents, as JSON, of orders that the company has, with the time since when that is known.

    These are the orders that are unfinished in the store, and the complete orders that were confirmed after `since`. An
    order that is a review for its total alone is there.
    """
    yield from _unfinished(connection, State.CONFIRMED)
    yield from _unfinished(connection, State.REVIEW, _FOR_ITS_TOTAL)
    lately = rows.fetch_all(
        "SELECT source.document, delivery.changed_at FROM ("
        f"SELECT source_id, changed_at FROM tidegate_delivery {rows.by_index('delivery_arrived')} "
        f"WHERE connection = %s AND {ARRIVED} AND changed_at > %s AND flow = 'orders' AND step = 'order'"
        ") AS delivery JOIN tidegate_source AS source ON source.id = delivery.source_id "
        "WHERE source.state = 'complete' AND source.document <> '' ORDER BY source.id",
        *(connection, rows.instant(since)),
    )
    yield from ((document, rows.aware(at)) for document, at in lately)


def _unfinished(connection: str, state: State, more: str = "") -> Iterator[tuple[str, datetime]]:
    """Orders in one state that are unfinished in the store; the query starts from these, not from all sent orders."""
    after = 0
    while True:
        found = rows.fetch_all(
            "SELECT source.id, source.document, delivery.changed_at FROM tidegate_source AS source "
            "JOIN tidegate_delivery AS delivery ON delivery.source_id = source.id "
            # columns of the delivery are joined to an empty text, so that no index of deliveries is used: it would read the whole history
            "WHERE delivery.connection || '' = %s AND delivery.flow || '' = 'orders' "
            f"AND delivery.step || '' = 'order' AND delivery.state || '' = %s {more} "
            f"AND source.connection = %s AND source.kind = 'order' AND {_UNFINISHED} AND source.id > %s "
            "ORDER BY source.id LIMIT %s",
            *(connection, state.value, connection, after, rows.CHUNK),
        )
        if not found:
            return
        after = found[-1][0]
        yield from ((document, rows.aware(at)) for _, document, at in found if document)
