"""Shipments, invoices and credit memos as the shop keeps them: rows in the shape that the REST API sends."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

from tidegate_sandbox.magento import recorded
from tidegate_sandbox.magento.order import Order, Row
from tidegate_sandbox.magento.refusal import no_entity

if TYPE_CHECKING:
    from tidegate_sandbox.magento.criteria import Criteria
    from tidegate_sandbox.magento.store_view import StoreView


class DocumentTable:
    """All documents of one kind: ``shipment``, ``invoice`` or ``creditmemo``.

    A number that was drawn for a document that could not be saved is lost, as in the recordings.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.columns = {
            name: type for name, type in recorded.columns(kind).items() if type not in ("array", "object")
        }
        self.ids: Iterator[int] = count(1)
        self.item_ids: Iterator[int] = count(1)
        self.comment_ids: Iterator[int] = count(1)
        self.track_ids: Iterator[int] = count(1)
        self._increments: dict[str, Iterator[int]] = {}
        self._rows: dict[int, Row] = {}
        self._by_order: dict[int, list[Row]] = {}

    def head(self, view: StoreView, order: Order, now: str) -> Row:
        """What every document starts with: the next key and number, the order, the time."""
        number = next(self._increments.setdefault(view.code, count(1)))
        head: Row = {
            "entity_id": next(self.ids),
            "increment_id": f"{view.prefix}{number:09d}",
            "order_id": order.entity_id,
            "store_id": view.id,
            "billing_address_id": order.billing["entity_id"],
            "created_at": now,
            "updated_at": now,
        }
        if order.shipping is not None:
            head["shipping_address_id"] = order.shipping["entity_id"]
        return head

    def comment(self, parent_id: int, given: Row, now: str, *, notified: bool = False) -> Row:
        """A comment on a document, as it is kept."""
        return {
            "entity_id": next(self.comment_ids),
            "parent_id": parent_id,
            "comment": given.get("comment"),
            "is_customer_notified": int(given.get("is_customer_notified") or notified),
            "is_visible_on_front": int(given.get("is_visible_on_front") or 0),
            "created_at": now,
        }

    def add(self, row: Row) -> None:
        """Keep a document."""
        self._rows[row["entity_id"]] = row
        self._by_order.setdefault(row["order_id"], []).append(row)

    def get(self, entity_id: int) -> Row:
        """The document with this key. Refuses one that does not exist."""
        if entity_id not in self._rows:
            raise no_entity()
        return self._rows[entity_id]

    def all(self) -> list[Row]:
        """Every document by key."""
        return list(self._rows.values())

    def of(self, order_id: int) -> list[Row]:
        """The documents of an order, oldest first."""
        return self._by_order.get(order_id, [])

    def candidates(self, criteria: Criteria) -> list[Row]:
        """Where to look for what ``criteria`` find: the documents of one order, where they name one."""
        for group in criteria.groups:
            wanted = group[0] if len(group) == 1 else None
            if wanted is not None and wanted.field == "order_id" and wanted.condition == "eq":
                named = str(wanted.value)
                return self.of(int(named)) if named.isdecimal() else []
        return self.all()
