"""What the company sends by itself: answers to offline requests, results and web hooks (contract §13, §15.6)."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from tidegate_sandbox.erp.stamps import Clock

REPEATED = frozenset({408, 429, 500, 502, 503, 504})
PAUSES = (10, 30, 90)


@dataclass(slots=True)
class Sending:
    """A POST that is due at a time. ``repeats``: whether an answer of a kind is tried again."""

    url: str
    headers: dict[str, str]
    body: bytes
    repeats: bool = True
    attempts: int = 0
    answers: list[int] = field(default_factory=list)  #: HTTP status of each attempt, 0 for none


Sender = Callable[[Sending], int]


def post(sending: Sending) -> int:
    """Send over the network; the HTTP status, 0 where no answer came."""
    try:
        return httpx.post(sending.url, headers=sending.headers, content=sending.body, timeout=10).status_code
    except httpx.HTTPError:
        return 0


class Outbox:
    """Does and sends what is due whenever it is asked to, by the sandbox clock; four attempts in all.

    Safe from several threads; who sends holds no lock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._waiting: list[tuple[datetime, int, Callable[[], Sending | None]]] = []
        self._made: deque[Sending] = deque()
        self.sender: Sender = post
        self.sent: list[Sending] = []  #: delivered, or given up

    def at(self, due: datetime, make: Callable[[], Sending | None]) -> None:
        """Make and send something at a time; None sends nothing."""
        with self._lock:
            heapq.heappush(self._waiting, (due, next(self._order), make))

    @property
    def pending(self) -> int:
        """How much waits."""
        return len(self._waiting) + len(self._made)

    def next_due(self) -> datetime | None:
        """When something is to be made next."""
        with self._lock:
            return self._waiting[0][0] if self._waiting else None

    def _next(self) -> Callable[[], Sending | None] | None:
        with self._lock:
            if not self._waiting or self._waiting[0][0] > self._clock.now():
                return None
            return heapq.heappop(self._waiting)[2]

    def make_due(self) -> None:
        """Do what is due, and send nothing: whoever is to be called waits for `run_due`."""
        while (make := self._next()) is not None:
            if (sending := make()) is not None:
                with self._lock:
                    self._made.append(sending)

    def _next_made(self) -> Sending | None:
        self.make_due()
        with self._lock:
            return self._made.popleft() if self._made else None

    def run_due(self) -> int:
        """Do and send what is due; how many attempts to send that took."""
        attempts = 0
        while (sending := self._next_made()) is not None:
            status = self.sender(sending)
            sending.attempts += 1
            sending.answers.append(status)
            attempts += 1
            failed = status == 0 or status in REPEATED
            if failed and sending.repeats and sending.attempts <= len(PAUSES):
                pause = PAUSES[sending.attempts - 1]
                self.at(self._clock.now() + timedelta(seconds=pause), lambda one=sending: one)  # type: ignore[misc]
            else:
                self.sent.append(sending)
        return attempts
