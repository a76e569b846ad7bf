"""Whether the store's REST API is at its address at all.

A web page with 404, 405 or 410 is no word of the store's: its own begin as JSON (contract point 24). Once, it is
something in between that has its moment, and the read is made in the next cycle; again and again, and for a
call too that every store answers, it is a wrong `url`, which only a person can mend.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tidegate.domain.errors import Code, Failure
from tidegate.magento.answer import ASTRAY

#: So often in a row, and for so long, every answer must have been such a page. (own choice)
TIMES, STRETCH = 3, timedelta(minutes=15)


class Address:
    """What the answers of one store have shown of its address."""

    def __init__(self) -> None:
        self._since: datetime | None = None  #: since when no answer was the store's
        self._times = 0

    def right(self) -> None:
        """The store has answered."""
        self._since, self._times = None, 0

    def after_probe(self, astray: Failure, probe: object, now: datetime) -> Failure:
        """What a call means that a page answered, once a call was made that every store answers."""
        if not is_astray(probe):
            self.right()
            return astray
        self._since = self._since or now
        self._times += 1
        if self._times < TIMES or now - self._since < STRETCH:
            return astray
        text = f"{astray.text}; every call since {self._since:%Y-%m-%d %H:%M} UTC was answered like this"
        return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False, details=astray.details)


def is_astray(answer: object) -> bool:
    """Whether an answer is a page where the store's own words were expected."""
    return isinstance(answer, Failure) and ASTRAY in answer.details
