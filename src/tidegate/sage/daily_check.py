"""What is checked of a company once a day and process, before the first work of the day."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import date

from tidegate.domain.errors import Code, Failure

#: Of what the user may not read, or the product does not offer.
_HIDDEN = (Code.NOT_PERMITTED, Code.UNKNOWN_ENDPOINT)


def another_company(facts: Iterable[tuple[str, str, str]], suspicion: str) -> Failure | None:
    """WRONG_COMPANY for the first fact (its name, ours, the company's) that is another one; "" is not compared."""
    for what, ours, theirs in facts:
        if theirs and ours != theirs:
            text = f"the company's {what} is {theirs}, but the configuration has {ours}: is it {suspicion}?"
            return Failure(Code.WRONG_COMPANY, text, sent=False)
    return None


def unless_hidden(failure: Failure) -> Failure | None:
    """A user without the right to read who the company is is let through."""
    return None if failure.code in _HIDDEN else failure


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
