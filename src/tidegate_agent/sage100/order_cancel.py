"""Deleting an order, only where settings allow it, only while nothing is invoiced or shipped, only ours."""

from __future__ import annotations

from datetime import date
from typing import Any

from tidegate_agent.pool import Held
from tidegate_agent.sage100 import names
from tidegate_agent.sage100.boi import Refused
from tidegate_agent.sage100.session import Session
from tidegate_agent.settings import Sage100

EXISTS = 1


def cancel(
    held: Held[Session], number: str, key: str, reason: str, sage: Sage100, day: date
) -> dict[str, Any]:
    """``cancelled``, ``absent``, ``deferred`` (locked) or ``rejected``; the key must be the order's own."""
    order = held.session.begin(names.ORDER, day)
    try:
        order.done("key", "nSetKeyValue", "SalesOrderNo$", number)
        code = order.code("nSetKey")
        if code == 0:
            raise order.refusal("key", "SalesOrderNo$")
        if code != EXISTS:
            return _result(number, "absent")
        if order.value(f"{sage.udf_order}$") != key:
            return _result(number, "rejected", "validation", "the order does not carry this key")
        if order.value("CurrentInvoiceNo$"):
            return _result(number, "deferred", "record_locked", "an invoice is in data entry")
        if reason:
            order.set("CancelReasonCode$", reason)
        order.done("delete", "nDelete")
        return _result(number, "cancelled")
    except Refused as refused:
        outcome = "deferred" if refused.meaning in ("record_locked", "locked") else "rejected"
        return _result(number, outcome, refused.meaning, refused.text)
    finally:
        held.session.end(order)


def _result(number: str, outcome: str, kind: str = "", text: str = "") -> dict[str, Any]:
    error = {"class": kind, "sage_text": text} if kind else None
    return {"sales_order_no": number, "outcome": outcome, "error": error}
