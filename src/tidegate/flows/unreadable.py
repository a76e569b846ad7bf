"""Records that cannot be read: an alert names them, they are left out, and the others are processed.

No figure, no write: what was written to the store of such a record stays, and nothing new is sent of it. Sage's
are asked for again in every cycle (by the room), so that the alert ends by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from tidegate.domain.bad_row import BadRow
from tidegate.ledger import alerts
from tidegate.ledger.database import transaction

T = TypeVar("T")

SAGE, STORE = "Sage", "the store"
#: The alert; one for each flow and side.
ROWS = "unreadable-rows"
#: Most names in one alert; the rest is counted.
NAMED = 5


def report(
    connection: str, flow: str, where: str, bad: Collection[BadRow], now: datetime, *, all_read: bool = True
) -> None:
    """Raise or clear the flow's alert about `where`; `all_read` false: others may be unreadable still."""
    if not bad and not (all_read and alerts.is_open(ROWS, connection, subject(flow, where))):
        return
    with transaction("unreadable"):
        if bad:
            named = "; ".join(str(row) for row in list(bad)[:NAMED])
            more = f"; and {len(bad) - NAMED} more" if len(bad) > NAMED else ""
            text = (
                f"{len(bad)} records of {where} cannot be read. What was written of them before stays as it "
                f"is: {named}{more}"
            )
            alerts.raise_alert(ROWS, connection, subject(flow, where), text, now)
        else:
            alerts.clear_alert(ROWS, connection, subject(flow, where), now)


def subject(flow: str, where: str) -> str:
    """What the alert is about."""
    return f"{flow}: {where}"


def kept(before: Mapping[str, T], bad: Iterable[BadRow]) -> dict[str, T]:
    """What was known of those that cannot be read now; a full reading does not take it away."""
    return {row.name: before[row.name] for row in bad if row.name in before}
