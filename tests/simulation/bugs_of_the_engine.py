"""Bugs of clocks, leases and windows. Every docstring says what the hub does wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tidegate.domain.cadence import Cadence
from tidegate.ledger import clock_change


def a_clock_that_was_put_back_stops_every_flow(patch: pytest.MonkeyPatch) -> None:
    """A last run that lies in the future counts as now, again and again, until the old time returns."""
    next_after = Cadence.next_after

    def waiting(self: Cadence, last: datetime | None, now: datetime) -> datetime:
        return next_after(self, None if last is None else min(last.astimezone(UTC), now), now)

    def unnoticed(*_: Any) -> None:
        return

    patch.setattr(Cadence, "next_after", waiting)
    patch.setattr(clock_change, "put_back", unnoticed)
