"""One order's line of a result file (contract section 9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.sage50.json_text import moment

Status = Literal["created", "updated", "unchanged", "rejected"]


def booked(id: str, status: Status, order: Order, at: datetime) -> dict[str, Any]:
    """The order stands in Sage 50 under a number."""
    return {
        "id": id,
        "status": status,
        "documentNumber": order.number,
        "documentDate": order.date.isoformat(),
        "orderStatus": order_status(order),
        "messages": [],
        "timestamp": moment(at),
    }


def rejected(id: str, messages: list[dict[str, Any]], at: datetime) -> dict[str, Any]:
    """Sage 50 does not take the order, and why."""
    return {
        "id": id,
        "status": "rejected",
        "documentNumber": None,
        "documentDate": None,
        "messages": messages,
        "timestamp": moment(at),
    }


def message(code: str, field: str, text: str) -> dict[str, Any]:
    """One reason."""
    return {"code": code, "field": field, "text": text} if field else {"code": code, "text": text}


def order_status(order: Order) -> str:
    """How an order stands, in the words of the file: ``pending`` and ``delivered`` are the vendor's."""
    if order.status == "cancelled":
        return "cancelled"
    return {"none": "pending", "partly": "partlyDelivered", "fully": "delivered"}[order.despatch]
