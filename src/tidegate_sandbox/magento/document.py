"""Shipments, invoices and credit memos as the shop keeps them: rows in the shape that the REST API sends."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from tidegate_sandbox.magento import recorded
from tidegate_sandbox.magento.order import Order, Row
from tidegate_sandbox.magento.refusal import no_entity

if TYPE_CHECKING:
    from tidegate_sandbox.magento.call import Call
    from tidegate_sandbox.magento.criteria import Criteria
    from tidegate_sandbox.magento.store import MagentoStore

_CREATED_COMMENT: Final = frozenset({"comment", "is_visible_on_front", "extension_attributes"})


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

    def head(self, store: MagentoStore, order: Order) -> Row:
        """What every document starts with: the next key and number, the order, the time."""
        view = store.view(order.row["store_id"])
        number = next(self._increments.setdefault(view.code, count(1)))
        head: Row = {
            "entity_id": next(self.ids),
            "increment_id": f"{view.prefix}{number:09d}",
            "order_id": order.entity_id,
            "store_id": view.id,
            "billing_address_id": order.billing["entity_id"],
            "created_at": store.now(),
            "updated_at": store.now(),
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


def created_comment(call: Call) -> Row | None:
    """The comment that comes with a new document, None where there is none. An unknown key is a 500."""
    given = call.optional("comment")
    if given is None:
        return None
    if not isinstance(given, dict) or given.keys() - _CREATED_COMMENT:
        raise call.store.report()
    return given


def account(store: MagentoStore, order: Order | int) -> dict[str, Any]:
    """What an outsider needs to know of an order's documents: quantities, marks, amounts, mails sent."""
    order = store.order(order) if isinstance(order, int) else order
    tables = {"shipments": store.shipments, "invoices": store.invoices, "creditmemos": store.creditmemos}
    found: dict[str, Any] = {
        name: [_outline(row) for row in table.of(order.entity_id)] for name, table in tables.items()
    }
    keys = {(table.kind, row["entity_id"]) for table in tables.values() for row in table.of(order.entity_id)}
    found["mails"] = [list(mail) for mail in store.mails if mail in keys]
    found |= {key: order.row.get(key) for key in ("total_canceled", "base_total_canceled")}
    found["cancelled"] = {sku: str(count) for sku, count in _cancelled(order).items()}
    return found


def _cancelled(order: Order) -> dict[str, Any]:
    """Cancelled pieces by what is picked; those of a configurable's variant stand on its parent."""
    by_id = {item["item_id"]: item for item in order.items}
    divided = {item.get("parent_item_id") for item in order.items}
    found: dict[str, Any] = {}
    for item in order.items:
        parent = by_id.get(item.get("parent_item_id"))
        counted = parent if parent is not None and parent["product_type"] == "configurable" else item
        if item["item_id"] not in divided and counted.get("qty_canceled", 0):
            found[item["sku"]] = found.get(item["sku"], 0) + counted["qty_canceled"]
    return found


def _outline(row: Row) -> dict[str, Any]:
    keys = (
        "entity_id",
        "increment_id",
        "created_at",
        "state",
        "grand_total",
        "base_grand_total",
        "tax_amount",
    )
    outline: dict[str, Any] = {key: row[key] for key in keys if key in row}
    outline["items"] = [
        {"order_item_id": item["order_item_id"], "sku": item["sku"], "qty": str(item["qty"])}
        for item in row["items"]
    ]
    outline["comments"] = [entry["comment"] for entry in row["comments"]]
    if "tracks" in row:
        outline["tracks"] = [
            {key: track[key] for key in ("track_number", "title", "carrier_code")} for track in row["tracks"]
        ]
        outline["source_code"] = row["extension_attributes"]["source_code"]
    return outline
