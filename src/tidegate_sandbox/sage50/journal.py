"""What happened on the platform, for tests and people."""

from __future__ import annotations

from collections import deque
from typing import Any

from tidegate_sandbox.sage50.event_clock import EventClock
from tidegate_sandbox.sage50.json_text import moment

LENGTH = 5000


class Journal:
    """The last events, oldest first."""

    def __init__(self, clock: EventClock) -> None:
        self._clock = clock
        self._entries: deque[dict[str, Any]] = deque(maxlen=LENGTH)

    def note(self, what: str, **more: Any) -> None:
        """Note an event with its time."""
        self._entries.append({"at": moment(self._clock.now()), "event": what, **more})

    def entries(self, what: str | None = None) -> list[dict[str, Any]]:
        """All events, or those of one kind."""
        return [one for one in self._entries if what is None or one["event"] == what]
