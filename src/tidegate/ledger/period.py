# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""The orders of a period as the ledger keeps them, for the reconciliation and the advisor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.ledger import idle_cycles, models, rows


@dataclass(frozen=True, slots=True)
class KeptRow:
    """One captured order with the state of its first step. `document` is "" when it was never readable."""

    store: str
    entity_id: int
    increment_id: str
    created_at: datetime
    document: str
    state: str
    reason: str
    changed_at: datetime
    target_number: str
    target_total: Decimal | None
    target_status: str = ""
    subject: str = ""  #: what it was sent without (`flows/orders/reductions.py`); "" = it was sent whole


#: States of a step that needs no person.
_GOING_ON = (
    State.CAPTURED.value,
    State.QUEUED.value,
    State.SENDING.value,
    State.HANDED_OVER.value,
    State.IN_DOUBT.value,
)

#: By the time when they were placed, and not by all that the flow has ever done: so its names are joined to an
#: empty text.
_PLACED = """
    WHERE delivery.connection || '' = %s AND delivery.flow || '' = 'orders' AND delivery.step || '' = 'order'
    AND source.source_created_at >= %s AND source.source_created_at < %s ORDER BY delivery.id
"""
_COLUMNS = """
    SELECT source.store, source.entity_id, source.increment_id, source.source_created_at, source.document,
           delivery.state, delivery.reason_code, delivery.reason, delivery.changed_at,
           delivery.target_number, delivery.target_total, delivery.target_status, delivery.subject
    FROM tidegate_source AS source JOIN tidegate_delivery AS delivery ON source.id = delivery.source_id
"""


def orders(connection: str, start: datetime, end: datetime) -> list[KeptRow]:
    """Orders placed from `start` to below `end`, by their place in the ledger."""
    span = (rows.instant(start), rows.instant(end))
    return [_row(row) for row in rows.fetch_all(_COLUMNS + _PLACED, connection, *span)]


def numbers(connection: str, start: datetime, end: datetime) -> dict[tuple[str, int], str]:
    """The same orders without their documents: (store, entity id) -> the number that users know."""
    sql = (
        "SELECT source.store, source.entity_id, source.increment_id "
        f"FROM tidegate_source AS source JOIN tidegate_delivery AS delivery ON source.id = delivery.source_id {_PLACED}"
    )
    found = rows.fetch_all(sql, connection, rows.instant(start), rows.instant(end))
    return {(str(store), int(entity_id)): str(number) for store, entity_id, number in found}


def orders_of_keys(connection: str, keys: Iterable[str]) -> list[KeptRow]:
    """Orders by the keys that the company keeps (`magento:main:213`)."""
    found: list[KeptRow] = []
    for part in rows.chunks([f"{key}/order" for key in dict.fromkeys(keys)]):
        sql = _COLUMNS + (
            "WHERE delivery.connection || '' = %s AND delivery.flow = 'orders' AND delivery.step = 'order' "
            f"AND delivery.key IN ({rows.marks(part)}) ORDER BY delivery.id"
        )
        found += [_row(row) for row in rows.fetch_all(sql, connection, *part)]
    return found


def under_way(
    connection: str, steps: Sequence[tuple[str, str]], follows: Sequence[Code]
) -> set[tuple[str, int]]:
    """The orders (store, entity id) of which such a step (flow, how its name begins) continues by itself.

    A held one does where the reason is one of `follows`, and nothing else of the order waits for a person.
    """
    held = Q(state=State.HELD.value)
    follower = held & Q(reason_code__in=[code.value for code in follows])
    asks = (Q(state=State.REVIEW.value) | held) & ~follower
    stuck = models.Delivery.objects.filter(asks, connection=connection, source=OuterRef("source"))
    found: set[tuple[str, int]] = set()
    for flow, prefix in steps:
        going_on = models.Delivery.objects.filter(
            Q(state__in=_GOING_ON) | (follower & ~Exists(stuck)),
            connection=connection,
            flow=flow,
            step__startswith=prefix,
        ).exclude(source=None)
        found.update(going_on.values_list("source__store", "source__entity_id"))
    return found


def _row(row: tuple[object, ...]) -> KeptRow:
    store, entity_id, increment_id, created_at, document, state, code, reason, changed_at, *target = row
    number, total, status, subject = target
    return KeptRow(
        str(store),
        int(str(entity_id)),
        str(increment_id),
        rows.aware(created_at),
        str(document),
        str(state),
        str(reason or code or ""),
        rows.aware(changed_at),
        str(number),
        None if total is None else Decimal(str(total)),
        str(status),
        str(subject),
    )


def cycles(connection: str, flow: str, since: datetime) -> list[datetime]:
    """When the cycles of a flow began, the oldest first; idle ones as `idle_cycles.began` estimates them."""
    sql = (
        "SELECT started_at FROM tidegate_batch WHERE connection = %s AND flow = %s AND started_at >= %s "
        "AND NOT idle"
    )
    busy = [rows.aware(row[0]) for row in rows.fetch_all(sql, connection, flow, rows.instant(since))]
    return sorted([*busy, *idle_cycles.began(connection, flow, since)])
