"""What shall happen at a set time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime

Action = Callable[[], object]
Event = tuple[datetime, Action]
"""What shall be done, and when."""


class Agenda:
    """Actions by the moment they are due."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, Action]] = []
        self._order = itertools.count()

    def add(self, due: datetime, action: Action) -> None:
        """Do this then."""
        heapq.heappush(self._entries, (due, next(self._order), action))

    def next_due(self) -> datetime | None:
        """When the next action is due."""
        return self._entries[0][0] if self._entries else None

    def run_next(self) -> None:
        """Do the next action and forget it."""
        heapq.heappop(self._entries)[2]()
