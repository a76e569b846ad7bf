"""What is checked of a company once a day and process, before the first work of the day."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

from tidegate.domain.errors import Failure


class DailyCheck:
    """A check that is over for the day once it has passed; one that fails is made again. Threads wait for one another."""

    def __init__(self, check: Callable[[], Failure | None], today: Callable[[], date]) -> None:
        self._check = check
        self._today = today
        self._passed: date | None = None
        self._lock = threading.Lock()

    def failure(self) -> Failure | None:
        """Why the company may not be worked with today; None when it may."""
        with self._lock:
            day = self._today()
            if self._passed != day:
                failure = self._check()
                if failure is not None:
                    return failure
                self._passed = day
            return None
