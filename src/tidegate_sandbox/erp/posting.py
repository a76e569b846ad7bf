"""The posting cycle: journals that wait are booked in a run, on demand or every day."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from tidegate_sandbox.erp.company_setup import CompanySetup
from tidegate_sandbox.erp.journal import Ledger


class PostingCycle:
    """Books the journals that rule ``posting="batch"`` keeps back."""

    def __init__(self, company: CompanySetup, ledger: Ledger) -> None:
        self._company = company
        self._ledger = ledger
        self._at: time | None = None
        self._next: datetime | None = None

    def daily(self, at: time, *, locked_minutes: int = 0) -> None:
        """Run every day at this local time, the company being locked for so long."""
        company = self._company
        self._at = at
        self._next = self._after(company.clock.now())
        if locked_minutes:
            company.window.daily(at, locked_minutes, "posting")

    def _after(self, now: datetime) -> datetime:
        zone = self._company.zone
        day = now.astimezone(zone).date()
        due = datetime.combine(day, self._at or time(0), zone)
        if due <= now:
            due = datetime.combine(day + timedelta(days=1), self._at or time(0), zone)
        return due

    def catch_up(self) -> None:
        """Run if a scheduled run is due; called whenever somebody begins to work."""
        now = self._company.clock.now()
        if self._next is not None and now >= self._next:
            self._next = self._after(now)
            self.run()

    def run(self) -> int:
        """Book all waiting journals; how many there were."""
        with self._company.system():
            return self._ledger.run()
