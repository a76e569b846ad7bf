"""What an outsider sees of an order's documents: for the books that the checker reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tidegate_sandbox.magento import additions
from tidegate_sandbox.magento.document import DocumentTable
from tidegate_sandbox.magento.order import Order, Row


def account(
    order: Order, tables: Sequence[DocumentTable], mails: Sequence[tuple[str, int]]
) -> dict[str, Any]:
    """What an outsider needs to know of an order's documents: quantities, marks, amounts, mails sent."""
    found: dict[str, Any] = {
        f"{table.kind}s": [_outline(row) for row in table.of(order.entity_id)] for table in tables
    }
    keys = {(table.kind, row["entity_id"]) for table in tables for row in table.of(order.entity_id)}
    found["mails"] = [list(mail) for mail in mails if mail in keys]
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
            sku = order.sku_of(item)
            found[sku] = found.get(sku, 0) + counted["qty_canceled"]
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
    outline |= additions.paid(row.get("extension_attributes", {}))
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
