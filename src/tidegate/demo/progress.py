"""When the demonstration stops waiting because nothing changes any more."""

from __future__ import annotations

from datetime import datetime, timedelta


class Progress:
    """Ends the waiting when no figure has changed for `patience` of simulated time."""

    def __init__(self, patience: timedelta, now: datetime) -> None:
        self._patience = patience
        self._figures: object = None
        self._since = now

    def stands_still(self, figures: object, now: datetime) -> str:
        """The reason to stop waiting; "" while there is none."""
        if figures != self._figures:
            self._figures, self._since = figures, now
        elif now - self._since >= self._patience:
            return f"nothing has changed for {self._patience.total_seconds() / 3600:.0f} simulated hours"
        return ""
