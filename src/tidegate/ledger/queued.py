# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""Orders that were read and that the company does not have yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Q

from tidegate.domain.states import State
from tidegate.ledger import models, rows

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
#: Magento's states of orders that hold no stock any more.
FINISHED = ("canceled", "closed", "complete")


def documents(connection: str) -> Iterator[str]:
    """Their documents, as JSON."""
    return _documents(connection, BEFORE, ())


def passed_over(connection: str) -> Iterator[str]:
    """The documents, as JSON, of orders that are not sent and that the store has not finished with."""
    return _documents(connection, (State.SKIPPED,), FINISHED)


def confirmed(connection: str, since: datetime) -> Iterator[tuple[str, datetime]]:
    """The documents, as JSON, of orders that the company has, and since when.

    Those that the store has not finished with, and what it finished with by delivering it where the company has it
    only since then.
    """
    found = models.Delivery.objects.filter(
        connection=connection, flow="orders", step="order", state=State.CONFIRMED.value, source__isnull=False
    )
    lately = Q(source__state="complete", changed_at__gt=since)
    left = found.filter(~Q(source__state__in=FINISHED) | lately).exclude(source__document="").order_by("pk")
    yield from left.values_list("source__document", "changed_at").iterator(rows.CHUNK)


def _documents(connection: str, states: Sequence[State], without: Sequence[str]) -> Iterator[str]:
    unwanted = f"AND source.state NOT IN ({rows.marks(without)}) " if without else ""
    after = 0
    while True:
        found = rows.fetch_all(
            "SELECT delivery.id, source.document FROM tidegate_delivery AS delivery "
            "JOIN tidegate_source AS source ON source.id = delivery.source_id "
            "WHERE delivery.connection = %s AND delivery.flow = 'orders' AND delivery.step = 'order' "
            f"AND delivery.state IN ({rows.marks(states)}) {unwanted}AND delivery.id > %s "
            "ORDER BY delivery.id LIMIT %s",
            *(connection, *[state.value for state in states], *without, after, rows.CHUNK),
        )
        if not found:
            return
        after = found[-1][0]
        yield from (document for _, document in found if document)
