"""One cycle's run with its figures: a row of the table of runs, or one that is archived."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Run(msgspec.Struct, array_like=True, frozen=True):
    """Times are UTC; `ended_at` None = it still runs, or was killed. Archived in this order: a new field goes to the end."""

    id: int
    connection: str
    flow: str
    started_at: datetime
    ended_at: datetime | None
    sent: int
    confirmed: int
    failed: int
    in_doubt: int
    handed_over: int
    calls: int
    note: str

    @property
    def outcome(self) -> str:
        """The worst that can be said of it."""
        if self.ended_at is None:
            return "running"
        if self.failed:
            return "failed"
        if self.in_doubt:
            return "in doubt"
        return "ended early" if self.note else "done"


#: Of the table of runs.
COLUMNS = Run.__struct_fields__
