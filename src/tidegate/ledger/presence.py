"""How a running hub notices that an older copy, or another ledger, was put in the place of its own.

Every start of a hub is counted in the ledger. A hub that finds a smaller count than its own looks at a
ledger that has never seen it start. This works on both databases, and for a copy written over the file.
"""

from __future__ import annotations

from datetime import datetime

from tidegate.ledger import marks
from tidegate.ledger.database import where
from tidegate.ledger.faults import LedgerGone

STARTS = "hub-starts"


def register(now: datetime) -> int:
    """Count this start; the number of this hub. In a transaction."""
    number = int(marks.read(STARTS) or 0) + 1
    marks.write(STARTS, str(number), now)
    return number


def check(number: int) -> None:
    """Raise `LedgerGone` when the ledger has never seen this hub start."""
    if int(marks.read(STARTS) or 0) < number:
        raise LedgerGone(
            f"{where()}: its content was replaced, by an older copy or another ledger, while Tidegate worked "
            "with it. Nothing more is sent. Restore only while Tidegate is stopped; start it again when the "
            "right ledger is in place."
        )
