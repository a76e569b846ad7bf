"""What a result file says of each order, by its id.

Source: contract §9 (A). An order that a file does not name has no outcome here; what that means depends on how the
whole file ended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.redaction import redact
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.sage50 import wire_names
from tidegate.sage.sage50.fields import Record, text_of
from tidegate.sage.sage50.scope_files import listed

#: Sage 50's words for an order's status; the first two are the vendor's.
STATUSES = {
    "pending": SalesOrderStatus.LIVE,
    "delivered": SalesOrderStatus.COMPLETE,
    "partlyDelivered": SalesOrderStatus.LIVE,
    "cancelled": SalesOrderStatus.CANCELLED,
}


def results(body: bytes, sent: Collection[str]) -> dict[str, Outcome] | str:
    """The outcome of each order that the file names, of those that were sent; else why it cannot be read."""
    rows = listed(body)
    if isinstance(rows, str):
        return rows
    return outcomes((row for row in rows if isinstance(row, dict)), sent)


def outcomes(rows: Iterable[dict[str, Any]], sent: Collection[str]) -> dict[str, Outcome]:
    """The outcomes by id; of two with the same id the later one counts. Ids that were not sent are ignored."""
    return {id: _outcome(row, id) for row in rows if (id := text_of(row, "id")) in sent}


def _outcome(row: Record, id: str) -> Outcome:
    status = text_of(row, wire_names.STATUS)
    if status in wire_names.DONE:
        return accepted(id, text_of(row, "documentNumber"), STATUSES.get(text_of(row, "orderStatus")))
    if status == wire_names.REJECTED:
        return Failure(Code.REFUSED, f"Sage 50 refuses the order: {_why(row)}")
    return Failure(
        Code.REFUSED, f"Sage 50's answer has an unknown status: {status!r}; check the order in Sage 50"
    )


def accepted(id: str, number: str = "", status: SalesOrderStatus | None = None) -> Accepted:
    """An order that Sage 50 has; "" where the number is not known."""
    return Accepted(id, number, status=status)


def _why(row: Record) -> str:
    messages = row.get("messages")
    parts = []
    for one in messages if isinstance(messages, list) else []:
        if isinstance(one, dict):
            field = text_of(one, "field")
            said = text_of(one, "text") or text_of(one, "code")
            parts.append(f"{said} ({field})" if field else said)
    return redact("; ".join(part for part in parts if part))[:600] or "no reason is given"
