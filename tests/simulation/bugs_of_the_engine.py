"""Bugs of clocks, leases and windows. Every docstring says what the hub does wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tidegate.domain.cadence import Cadence
from tidegate.engine.window_gate import WindowGate
from tidegate.flows.orders import other_hubs
from tidegate.ledger import attempts, clock_change, closures, lease, models, verdicts
from tidegate.ledger.lease import Lease


def a_clock_that_was_put_back_stops_every_flow(patch: pytest.MonkeyPatch) -> None:
    """A last run that lies in the future counts as now, again and again, until the old time returns."""
    due_after = Cadence.due_after

    def waiting(self: Cadence, last: datetime | None, now: datetime) -> datetime:
        return due_after(self, None if last is None else min(last.astimezone(UTC), now), now)

    def unnoticed(*_: Any) -> None:
        return

    patch.setattr(Cadence, "due_after", waiting)
    patch.setattr(clock_change, "put_back", unnoticed)


def every_order_with_our_key_was_sent_by_us(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks when an order was made that this ledger never sent: the other hub goes on unnoticed."""
    patch.setattr(other_hubs, "failure_of", lambda cycle, item, ours: None)


def the_window_is_asked_for_before_the_call_alone(patch: pytest.MonkeyPatch) -> None:
    """Between the question and the request the sign-in is renewed, and that may take until the window has begun."""
    patch.setattr(WindowGate, "__call__", lambda self: None)


def a_lease_without_fence(patch: pytest.MonkeyPatch) -> None:
    """Whoever once had the lease may go on, also when another worker has taken it meanwhile."""

    def unfenced(held: Lease, now: datetime, *, late: bool = False) -> None:
        return

    patch.setattr(lease, "check", unfenced)
    patch.setattr(attempts, "check", unfenced)
    patch.setattr(verdicts, "check", unfenced)


def any_company_s_closing_is_ours(patch: pytest.MonkeyPatch) -> None:
    """One company said that it is locked: every company is left alone."""

    def closed(company: str, now: datetime) -> Any:
        row = models.Closure.objects.filter(until__gt=now).first()
        return closures.Closure(row.company, row.until, row.reason, row.learnt_at) if row else None

    patch.setattr(closures, "closed", closed)
