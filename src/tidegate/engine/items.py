"""The items of the flows that keep the store as the company has it: what is open, and trying it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tidegate.domain.states import State
from tidegate.engine.reports import iso
from tidegate.flows import item_words
from tidegate.ledger import mirror
from tidegate.ledger.database import transaction
from tidegate.ledger.mirror import MirrorItem

Report = dict[str, Any]


def item(flow: str, one: MirrorItem) -> Report:
    """One item: what the store has, and what it shall have."""
    return {
        "key": one.key,
        "name": item_words.name_of(flow, one.key),
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
    return {"items": [item(flow, one) for one in page], "next": page[-1].key if len(found) > limit else None}


def retry(connection: str, flow: str, keys: Sequence[str], now: datetime) -> int:
    """Have items in review, held or skipped tried again; how many there were."""
    with transaction("retry"):
        return mirror.retry(connection, flow, keys, now)
