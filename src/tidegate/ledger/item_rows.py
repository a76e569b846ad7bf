"""Deliveries as the flows see them, by plain statements: for what every cycle asks many times.

The ORM takes several times as long to write such a statement as the database to answer it.
"""

from __future__ import annotations

from typing import Any

from tidegate.domain.states import State
from tidegate.ledger import models, rows
from tidegate.ledger.item import Item

#: That a step's name begins so, by the length of the beginning and the beginning.
BEGINS = "substr(step, 1, %s) = %s"
#: What is not over, in the words of the index `delivery_live`: only so is it used.
LIVE = "NOT (state IN ('cancelled', 'confirmed', 'skipped'))"
#: What has moved pieces, in the words of the index `delivery_arrived`.
ARRIVED = "(state = 'confirmed' AND flow IN ('orders', 'shipments', 'credits'))"
#: As columns and as fields of an `Item`.
_SAME = (
    *("connection", "flow", "step", "key", "label", "failures", "reason_code", "reason", "waits_for"),
    *("due_at", "created_at", "changed_at", "subject", "target_id", "target_number", "target_status"),
    *("target_kind", "target_total", "adopted"),
)
_COLUMNS = ("id", "state", "overruled", "batch", "source", *_SAME)


def find(ending: str, *parameters: Any, with_documents: bool = False) -> list[Item]:
    """The deliveries that `ending` (WHERE ... ORDER BY ...) names; their documents are "" unless wanted."""
    found = rows.find(models.Delivery, _COLUMNS, ending, *parameters)
    sources = _sources([row[4] for row in found if row[4] is not None], with_documents=with_documents)
    return [_item(row, *sources.get(row[4], (None, "", ""))) for row in found]


def _sources(ids: list[int], *, with_documents: bool) -> dict[int, tuple[int, str, str]]:
    """Entity id, store and document of the sources."""
    columns = ("id", "entity_id", "store", *(("document",) if with_documents else ()))
    found: dict[int, tuple[int, str, str]] = {}
    for part in rows.chunks(sorted(set(ids))):
        for pk, entity_id, store, *document in rows.find(
            models.Source, columns, f"WHERE id IN ({rows.marks(part)})", *part
        ):
            found[pk] = (entity_id, store, document[0] if document else "")
    return found


def _item(row: tuple[Any, ...], entity_id: int | None, store: str, document: str) -> Item:
    pk, state, overruled, batch_id, source_id, *same = row
    return Item(
        id=pk,
        state=State(state),
        overruled=frozenset(overruled.split()),
        batch_id=batch_id,
        source_id=source_id,
        entity_id=entity_id,
        store=store,
        document=document,
        **dict(zip(_SAME, same, strict=True)),
    )
