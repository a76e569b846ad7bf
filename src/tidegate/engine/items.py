"""The items of the flows that keep the store as the company has it: what is open, and trying it again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tidegate.domain.states import State
from tidegate.engine.reports import iso
from tidegate.ledger import mirror
from tidegate.ledger.database import transaction
from tidegate.ledger.mirror import MirrorItem

Report = dict[str, Any]


def item(one: MirrorItem) -> Report:
    """One item: what the store has, and what it shall have."""
    return {
        "key": one.key,
        "wanted": one.wanted,
        "sent": one.sent,
        "state": one.state.value,
        "failures": one.failures,
        "code": one.reason_code,
        "reason": one.reason,
        "waits_for": one.waits_for,
        "due_at": iso(one.due_at),
        "changed_at": iso(one.changed_at),
    }


def items(connection: str, flow: str, states: Sequence[State], after: str, limit: int) -> Report:
    """A page of open items in the order of their keys; `next` is the `after` of the next page."""
    found = mirror.listing(connection, flow, states=states, after=after, limit=limit + 1)
    page = found[:limit]
    return {"items": [item(one) for one in page], "next": page[-1].key if len(found) > limit else None}


def retry(connection: str, flow: str, keys: Sequence[str], now: datetime) -> int:
    """Have items in review, held or skipped tried again; how many there were."""
    with transaction("retry"):
        return mirror.retry(connection, flow, keys, now)


_STOCK = re.compile(r"(-?[0-9.]+);([01])")
_BREAKS = re.compile(r"[0-9.]+=[0-9.]+(;[0-9.]+=[0-9.]+)*")


def in_words(value: str) -> str:
    """A value as the mirror keeps it, for people: `12;1` is `12, in stock`, `1=9.5;10=8` is `9.5 from 1, 8 from 10`."""
    stock = _STOCK.fullmatch(value)
    if stock:
        return f"{stock[1]}, {'in stock' if stock[2] == '1' else 'out of stock'}"
    if _BREAKS.fullmatch(value):
        pairs = (each.split("=") for each in value.split(";"))
        return ", ".join(f"{price} from {quantity}" for quantity, price in pairs)
    return value
