# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""Orders that were read and that the company does not have yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tidegate.domain.states import State
from tidegate.ledger import rows
from tidegate.ledger.item_rows import ARRIVED

#: Everything before the company has it; handed over or in doubt it may have it, and counts twice for a while.
BEFORE = (
    State.CAPTURED,
    State.QUEUED,
    State.SENDING,
    State.HANDED_OVER,
    State.IN_DOUBT,
    State.REVIEW,
    State.HELD,
)
#: Magento's states of orders that hold no stock any more, and reserve none.
FINISHED = ("canceled", "closed", "complete")
#: The others, in the words of the index `source_unfinished`.
_UNFINISHED = f"NOT (source.state IN {FINISHED})"


def documents(connection: str) -> Iterator[str]:
    """Their documents, as JSON."""
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
    """The documents, as JSON, of orders that are not sent and that the store has not finished with."""
    return (document for document, _ in _unfinished(connection, State.SKIPPED))


def confirmed(connection: str, since: datetime) -> Iterator[tuple[str, datetime]]:
    """The documents, as JSON, of orders that the company has, and since when.

    Those that the store has not finished with, and what it finished with by delivering it where the company has it
    only since then.
    """
    yield from _unfinished(connection, State.CONFIRMED)
    lately = rows.fetch_all(
        "SELECT source.document, delivery.changed_at FROM ("
        f"SELECT source_id, changed_at FROM tidegate_delivery {rows.by_index('delivery_arrived')} "
        f"WHERE connection = %s AND {ARRIVED} AND changed_at > %s AND flow = 'orders' AND step = 'order'"
        ") AS delivery JOIN tidegate_source AS source ON source.id = delivery.source_id "
        "WHERE source.state = 'complete' AND source.document <> '' ORDER BY source.id",
        *(connection, rows.instant(since)),
    )
    yield from ((document, rows.aware(at)) for document, at in lately)


def _unfinished(connection: str, state: State) -> Iterator[tuple[str, datetime]]:
    """By what the store has not finished with, not by all that has ever been sent."""
    after = 0
    while True:
        found = rows.fetch_all(
            "SELECT source.id, source.document, delivery.changed_at FROM tidegate_source AS source "
            "JOIN tidegate_delivery AS delivery ON delivery.source_id = source.id "
            # names of the delivery are joined to an empty text: an index of theirs would lead past the history
            "WHERE delivery.connection || '' = %s AND delivery.flow || '' = 'orders' "
            "AND delivery.step || '' = 'order' AND delivery.state || '' = %s "
            f"AND source.connection = %s AND source.kind = 'order' AND {_UNFINISHED} AND source.id > %s "
            "ORDER BY source.id LIMIT %s",
            *(connection, state.value, connection, after, rows.CHUNK),
        )
        if not found:
            return
        after = found[-1][0]
        yield from ((document, rows.aware(at)) for _, document, at in found if document)
