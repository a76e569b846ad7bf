"""One caller's connection: cut off when a request takes too long to arrive, and refused in JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from tidegate.clock import SystemClock

#: Seconds that a whole request may take to arrive: a byte now and then keeps nobody here.
LONGEST_ARRIVAL = 20.0

_CLOCK = SystemClock()


class JsonError(ErrorTask):
    """The server's own refusals: what is no HTTP, or too large."""

    def execute(self) -> None:
        """Answer like every other error of the interface."""
        error: Any = self.request.error  # type: ignore[attr-defined]
        body = msgspec.json.encode({"error": "bad-request", "text": str(error.reason)})
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),
        ]
        self.close_on_finish = True
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):
    """Knows when the request that is arriving began."""

    error_task_class = JsonError
    longest_arrival = LONGEST_ARRIVAL
    began = 0.0

    def received(self, data: bytes) -> Any:
        """Bytes of a request; the first ones start its time."""
        if self.request is None:
            self.began = _CLOCK.monotonic()
        return super().received(data)

    def readable(self) -> bool:
        """Asked about once a second for every connection: the one place where patience ends."""
        if self.request is not None and _CLOCK.monotonic() - self.began > self.longest_arrival:
            self.will_close = True
        return bool(super().readable())
