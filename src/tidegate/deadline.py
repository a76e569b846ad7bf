"""A total deadline for one call, down to the single read of a socket.

A timeout counts from byte to byte: a server that sends one every two seconds would hold a caller for
hours, in the headers as well as in the body. So every read and write of a connection gets what is left
of the call's deadline, and no more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from tidegate.clock import Clock

_hurry: ContextVar[Callable[[], float] | None] = ContextVar("hurry", default=None)


@contextmanager
def hurried(left: Callable[[], float]) -> Iterator[None]:
    """Each call in the block takes no more than the seconds that are `left`; its client may end it before."""
    token = _hurry.set(left)
    try:
        yield
    finally:
        _hurry.reset(token)


class Deadline:
    """When the call of the present thread has to be over. A call begins and ends in one thread."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._seconds = seconds
        self._clock = clock
        self._calls = threading.local()

    @contextmanager
    def running(self, most: float | None = None) -> Iterator[None]:
        """The time of one call; `most` seconds, where something else ends then."""
        hurry = _hurry.get()
        seconds = self._seconds if most is None else min(self._seconds, most)
        if hurry is not None:
            seconds = min(seconds, hurry())
        self._calls.ends = self._clock.monotonic() + seconds
        try:
            yield
        finally:
            self._calls.ends = None

    def left(self) -> float:
        """Seconds that the present call still has; all of them outside of a call."""
        ends: float | None = getattr(self._calls, "ends", None)
        return self._seconds if ends is None else ends - self._clock.monotonic()

    def __str__(self) -> str:
        return f"{self._seconds:g} s"
