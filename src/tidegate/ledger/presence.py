"""How a running hub notices that an older copy, or another ledger, was put in the place of its own, or that
another hub works with it.

Every start of a hub is counted in the ledger. A hub that finds a smaller count than its own looks at a
ledger that has never seen it start. This works on both databases, and for a copy written over the file.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tidegate.ledger import holder as holding
from tidegate.ledger import marks
from tidegate.ledger.database import where
from tidegate.ledger.faults import LedgerGone

STARTS = "hub-starts"
RUNNING = "hub-running:"
#: How long a hub may be silent; then it has ended, or its machine has failed.
SILENT = timedelta(minutes=5)


def register(now: datetime) -> int:
    """Count this start; the number of this hub. In a transaction."""
    number = int(marks.read(STARTS) or 0) + 1
    marks.write(STARTS, str(number), now)
    return number


def check(number: int) -> None:
    """Raise `LedgerGone` when the ledger has never seen this hub start."""
    if int(marks.read(STARTS) or 0) < number:
        raise LedgerGone(
            f"{where()}: its content was replaced by an older copy or another ledger while Tidegate was "
            "running. Nothing more is sent. Stop Tidegate, put the right ledger back, and start it again."
        )


def beat(holder: str, now: datetime) -> None:
    """Say that this hub is at work. In a transaction."""
    marks.write(RUNNING + holder, now.isoformat(), now)


def others(holder: str, since: datetime, now: datetime) -> list[str]:
    """Other hubs that work with this ledger: heard of lately and after `since`, and not proved to have ended.

    `since` is when this hub began: what a killed hub has left behind is not a second hub.
    """
    return [
        name
        for name, at in _running()
        if name != holder and at > since and abs(now - at) < SILENT and not holding.gone(name)
    ]


def leave(holder: str, now: datetime) -> None:
    """This hub ends; what others have left behind goes with it. In a transaction."""
    for name, at in _running():
        if name == holder or abs(now - at) >= SILENT or holding.gone(name):
            marks.remove(RUNNING + name, now)


def _running() -> list[tuple[str, datetime]]:
    found = marks.beginning(RUNNING)
    return [(name.removeprefix(RUNNING), datetime.fromisoformat(at)) for name, at in found.items()]
