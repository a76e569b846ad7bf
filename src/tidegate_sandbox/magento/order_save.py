"""``POST /V1/orders``: the partial save of an order, by which the ERP's number is stored (points 10, 11)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from tidegate_sandbox.magento import recorded
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.order import Order
from tidegate_sandbox.magento.order_table import COLUMNS, EXT_ORDER_ID_LENGTH
from tidegate_sandbox.magento.refusal import Refusal, no_entity, wrong_field_type

ITEM_COLUMNS: Final = recorded.columns("order_item")
_EXTENSIONS: Final = recorded.columns("order_extension")
_ADDRESS_COLUMNS: Final = recorded.columns("order_address")
_NESTED: Final = frozenset({"entity_id", "items", "extension_attributes"})


def save(call: Call) -> dict[str, Any]:
    """Set what was sent, null included; leave the rest. The answer has nulls and zeros for money."""
    store = call.store
    entity = call.parameter("entity")
    if not isinstance(entity, dict):
        raise store.report()
    if any(key not in COLUMNS and key not in _NESTED for key in entity):
        raise store.report()
    if any(key not in _EXTENSIONS for key in entity.get("extension_attributes") or {}):
        raise store.report()
    call.limit(entity.get("items"), "Sales\\Api\\Data\\OrderItemInterface")
    changes = {key: _read(key, entity[key], COLUMNS[key]) for key in entity if key not in _NESTED}
    entity_id = _read("entity_id", entity.get("entity_id"), "integer")
    order = store.orders.get(entity_id, store.clock.now()) if entity_id is not None else None
    if order is None:
        raise Refusal(400, "Please provide payment for the order.")
    items = _save_items(call, order, entity["items"]) if entity.get("items") else None
    stored = dict(changes)
    if isinstance(stored.get("ext_order_id"), str):
        stored["ext_order_id"] = stored["ext_order_id"][:EXT_ORDER_ID_LENGTH]
    store.orders.change(order, stored, store.now())
    store.wrote(order)
    return _answer(order, changes, items)


def _read(name: str, value: Any, kind: str) -> Any:
    """A value as the column keeps it. Refuses a text where a number is kept."""
    if value is None:
        return None
    if kind == "string":
        return value if isinstance(value, str) else str(value)
    try:
        return int(value) if kind == "integer" else _number(value)
    except (TypeError, ValueError, ArithmeticError):
        raise wrong_field_type(name, value, "int" if kind == "integer" else "float") from None


def _number(value: Any) -> int | Decimal:
    return value if isinstance(value, int) else Decimal(value)


def _answer(order: Order, sent: dict[str, Any], items: list[Any] | None) -> dict[str, Any]:
    row = order.row
    head = {
        "base_grand_total": None,
        "base_total_due": 0,
        "billing_address_id": row.get("billing_address_id"),
        "created_at": row["created_at"],
        "customer_email": None,
        "entity_id": order.entity_id,
        "grand_total": None,
        "total_due": 0,
        "updated_at": row["updated_at"],
    }
    return {
        **head,
        **{key: value for key, value in sent.items() if value is not None},
        "items": order.document_items() if items is None else items,
        "billing_address": order.billing,
        "payment": order.payment,
        "status_histories": order.histories[::-1],
    }


def _save_items(call: Call, order: Order, sent: Any) -> list[dict[str, Any]]:
    """Lines are saved in part, too; the order's ``updated_at`` does not move with them."""
    store, answers = call.store, []
    by_id = {item["item_id"]: item for item in order.items}
    if not isinstance(sent, list) or not all(isinstance(part, dict) for part in sent):
        raise store.report()
    for part in sent:
        item = by_id.get(part.get("item_id"))
        if item is None or any(key not in ITEM_COLUMNS for key in part):
            raise store.report()
        for key, value in part.items():
            if value is None:
                item.pop(key, None)
            else:
                item[key] = value
        item["updated_at"] = store.now()
        answers.append(
            {
                "created_at": item["created_at"],
                **{key: value for key, value in part.items() if value is not None},
                "order_id": order.entity_id,
                "sku": part.get("sku"),
                "updated_at": item["updated_at"],
                "row_total": 0,
                "base_row_total": 0,
                "row_total_incl_tax": 0,
                "base_row_total_incl_tax": 0,
            }
        )
    return answers


def save_address(call: Call) -> dict[str, Any]:
    """``PUT /V1/orders/{id}`` changes one of the order's addresses, not the order."""
    store = call.store
    entity = call.parameter("entity")
    if not isinstance(entity, dict) or any(key not in _ADDRESS_COLUMNS for key in entity):
        raise store.report()
    order = store.order(call.whole("parent_id"))
    for address in (order.billing, order.shipping):
        if address is not None and address["entity_id"] == entity.get("entity_id"):
            address.update({key: value for key, value in entity.items() if value is not None})
            address["parent_id"] = order.entity_id
            store.wrote(order)
            return {
                **{key: value for key, value in entity.items() if value is not None},
                "parent_id": order.entity_id,
            }
    raise no_entity()
