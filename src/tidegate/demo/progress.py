"""Whether anything still changes."""

from __future__ import annotations

from datetime import datetime, timedelta


class Progress:
    """When no figure has changed for so long in simulated time, waiting on makes no sense."""

    def __init__(self, patience: timedelta, now: datetime) -> None:
        self._patience = patience
        self._figures: object = None
        self._since = now

    def stands_still(self, figures: object, now: datetime) -> str:
        """Why it was given up; "" while there is hope."""
        if figures != self._figures:
            self._figures, self._since = figures, now
        elif now - self._since >= self._patience:
            return f"nothing has changed for {self._patience.total_seconds() / 3600:.0f} simulated hours"
        return ""
