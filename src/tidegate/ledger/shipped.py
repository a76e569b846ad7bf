# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""What the deliveries of shipments say about stock: which pieces are shipped in Magento, and which are not yet.

The subject of a shipment is JSON with `skus`, Magento's, and `lines` of line_key, sku (the company's
code), warehouse and quantity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.domain.states import State
from tidegate.ledger import rows
from tidegate.ledger.item_rows import ARRIVED
from tidegate.ledger.queued import FINISHED

FLOW, CREDITS = "shipments", "credits"
#: A shipment that is about to be written: its SKUs wait for it.
_LEAVING = (State.QUEUED, State.SENDING, State.IN_DOUBT)
_UNWRITTEN = (*_LEAVING, State.CAPTURED, State.REVIEW, State.HELD)
#: In the words of the index `delivery_live`.
_LIVE = "NOT (delivery.state IN ('cancelled', 'confirmed', 'skipped'))"


class _Line(msgspec.Struct):
    line_key: str = ""
    sku: str = ""
    warehouse: str = ""
    quantity: Decimal = Decimal(0)


class _Subject(msgspec.Struct):
    skus: tuple[str, ...] = ()
    lines: tuple[_Line, ...] = ()


_read = msgspec.json.Decoder(_Subject, strict=False).decode


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Pieces that left, as the company says, and of which Magento does not know."""

    entity_id: int
    line_key: str
    sku: str
    warehouse: str
    quantity: Decimal


def open_shipment_skus(connection: str) -> set[str]:
    """Magento's SKUs of shipments that are about to be written: their stock waits (contract, point 19)."""
    return {sku for _, subject in _subjects(connection, _LEAVING) for sku in subject.skus}


def unwritten(connection: str) -> list[Unwritten]:
    """Every line of every shipment that Magento does not have, whatever it waits for."""
    return [
        Unwritten(entity_id, line.line_key, line.sku, line.warehouse, line.quantity)
        for entity_id, subject in _subjects(connection, _UNWRITTEN)
        for line in subject.lines
    ]


def despatched_lines(connection: str, places: Iterable[tuple[int, str]]) -> list[Unwritten]:
    """Every despatched line of these orders and line keys, whatever became of its shipment.

    Of virtual items, which are never reported to Magento.
    """
    wanted = set(places)
    return [
        Unwritten(entity_id, line.line_key, line.sku, line.warehouse, line.quantity)
        for entity_id, subject in _of_orders(connection, {entity_id for entity_id, _ in wanted}, tuple(State))
        for line in subject.lines
        if (entity_id, line.line_key) in wanted
    ]


def written(connection: str, entity_ids: Iterable[int]) -> dict[tuple[int, str], Decimal]:
    """Pieces whose shipment is in Magento, by order and line key."""
    return _by_line(connection, entity_ids, (State.CONFIRMED,))


def despatched(connection: str, entity_ids: Iterable[int]) -> dict[tuple[int, str], Decimal]:
    """Pieces that left, as the company says, by order and line key, whether Magento knows of them or not."""
    return _by_line(connection, entity_ids, tuple(State))


def newest() -> int:
    """The id of the newest delivery of all."""
    (found,) = rows.fetch_one("SELECT coalesce(max(id), 0) FROM tidegate_delivery") or (0,)
    return int(found)


def despatched_after(connection: str, delivery_id: int) -> tuple[int, dict[tuple[int, str], str]]:
    """The company's SKUs of lines that left, by order and line key, heard of after this delivery; the newest id."""
    # flow and connection are looked at here: SQLite would leave the primary key for the index of the queue
    despatched = rows.fetch_all(
        "SELECT delivery.id, delivery.connection, delivery.flow, source.entity_id, delivery.subject "
        "FROM tidegate_delivery AS delivery LEFT JOIN tidegate_source AS source ON source.id = delivery.source_id "
        "WHERE delivery.id > %s ORDER BY delivery.id",
        delivery_id,
    )
    return max((row[0] for row in despatched), default=delivery_id), {
        (entity_id, line.line_key): line.sku
        for _, owner, flow, entity_id, subject in despatched
        if (owner, flow) == (connection, FLOW) and entity_id is not None
        for line in _lines(subject)
    }


def _by_line(
    connection: str, entity_ids: Iterable[int], states: tuple[State, ...]
) -> dict[tuple[int, str], Decimal]:
    found: defaultdict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for entity_id, subject in _of_orders(connection, entity_ids, states):
        for line in subject.lines:
            found[entity_id, line.line_key] += line.quantity
    return dict(found)


def _of_orders(
    connection: str, entity_ids: Iterable[int], states: tuple[State, ...]
) -> Iterator[tuple[int, _Subject]]:
    for part in rows.chunks(sorted(set(entity_ids))):
        despatched = rows.fetch_all(
            "SELECT source.entity_id, delivery.subject FROM tidegate_source AS source "
            "JOIN tidegate_delivery AS delivery ON delivery.source_id = source.id "
            # by the orders, and not by all that the flow has ever done: so its names are joined to an empty text
            f"WHERE delivery.connection || '' = %s AND delivery.flow || '' = %s "
            f"AND delivery.state || '' IN ({rows.marks(states)}) "
            f"AND source.connection || '' = %s AND source.entity_id IN ({rows.marks(part)})",
            *(connection, FLOW, *[state.value for state in states], connection, *part),
        )
        yield from ((entity_id, _decoded(subject)) for entity_id, subject in despatched)


def written_since(connection: str, moment: datetime) -> set[str]:
    """SKUs, Magento's and the company's, of shipments and credit memos confirmed at or after that moment.

    Magento has taken their pieces off the source itself, or put them back there: what was written to it last is not
    what it has.
    """
    despatched = rows.fetch_all(
        f"SELECT subject FROM tidegate_delivery {rows.by_index('delivery_arrived')} WHERE connection = %s "
        f"AND {ARRIVED} AND changed_at >= %s AND flow IN (%s, %s)",
        *(connection, rows.instant(moment), FLOW, CREDITS),
    )
    found = [_decoded(subject) for (subject,) in despatched]
    return {sku for each in found for sku in (*each.skus, *(line.sku for line in each.lines))}


def finished(connection: str, entity_ids: Iterable[int]) -> set[int]:
    """Those of the orders that reserve nothing in Magento any more, as it was read last."""
    found: set[int] = set()
    for part in rows.chunks(sorted(set(entity_ids))):
        despatched = rows.fetch_all(
            "SELECT entity_id FROM tidegate_source WHERE connection || '' = %s AND kind || '' = 'order' "
            f"AND entity_id IN ({rows.marks(part)}) AND state IN ({rows.marks(FINISHED)})",
            *(connection, *part, *FINISHED),
        )
        found.update(entity_id for (entity_id,) in despatched)
    return found


def _subjects(connection: str, states: tuple[State, ...]) -> list[tuple[int, _Subject]]:
    despatched = rows.fetch_all(
        "SELECT source.entity_id, delivery.subject FROM tidegate_delivery AS delivery "
        "LEFT JOIN tidegate_source AS source ON source.id = delivery.source_id "
        f"WHERE delivery.connection = %s AND delivery.flow = %s AND {_LIVE} "
        f"AND delivery.state IN ({rows.marks(states)})",
        *(connection, FLOW, *[state.value for state in states]),
    )
    return [(entity_id or 0, _decoded(subject)) for entity_id, subject in despatched]


def _lines(subject: str) -> tuple[_Line, ...]:
    return _decoded(subject).lines


def _decoded(subject: str) -> _Subject:
    """Other steps of the flow (tracking numbers) have other subjects, without pieces."""
    return _read(subject) if subject else _Subject()
