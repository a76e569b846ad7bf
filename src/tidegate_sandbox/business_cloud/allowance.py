"""Calls counted by business: so many a minute and a day, whoever makes them (contract §5)."""

from __future__ import annotations

from collections import deque
from datetime import date, datetime, timedelta
from math import ceil

from tidegate_sandbox.business_cloud.options import Options
from tidegate_sandbox.business_cloud.problem import Problem
from tidegate_sandbox.erp.stamps import Clock

MINUTE = timedelta(minutes=1)


class Allowance:
    """What a business has used. The caller holds the business' lock."""

    def __init__(self, clock: Clock, options: Options) -> None:
        self._clock = clock
        self._options = options
        self._recent: deque[datetime] = deque()
        self._day: date | None = None
        self._today = 0
        self.refused = 0
        self.most_in_a_minute = 0

    def take(self, calls: int = 1) -> None:
        """Count a call; Problem 429 with the seconds after which there is room again."""
        now = self._clock.now()
        if self._day != now.date():
            self._day, self._today = now.date(), 0
        while self._recent and now - self._recent[0] >= MINUTE:
            self._recent.popleft()
        if len(self._recent) + calls > self._options.per_minute:
            waits = MINUTE - (now - self._recent[0]) if self._recent else MINUTE
            raise self._refusal(waits)
        if self._today + calls > self._options.per_day:
            midnight = datetime.combine(now.date() + timedelta(days=1), now.time().min, now.tzinfo)
            raise self._refusal(midnight - now)
        self._recent.extend([now] * calls)
        self._today += calls
        self.most_in_a_minute = max(self.most_in_a_minute, len(self._recent))

    def take_for_others(self, calls: int) -> None:
        """So many calls of another application; those beyond the limit are refused to it, and count for nobody."""
        for _ in range(calls):
            try:
                self.take()
            except Problem:
                self.refused -= 1  # it was refused to them
                return

    def _refusal(self, waits: timedelta) -> Problem:
        self.refused += 1
        seconds = max(ceil(waits.total_seconds()), 1)
        return Problem(429, "TooManyRequests", "The limit of requests is exceeded.", retry_after=seconds)


class Repeats:
    """Answers by `idempotency_id`, kept for seven days (contract §6). The caller holds the business' lock."""

    LASTS = timedelta(days=7)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[str, int, bytes, datetime]] = {}
        self.replayed = 0

    def earlier(self, id: str, resource: str) -> tuple[int, bytes] | None:
        """The first answer of the same request. Problem 422 when the id was another resource's."""
        found = self._kept.get(id)
        if found is None or self._clock.now() - found[3] >= self.LASTS:
            return None
        if found[0] != resource:
            raise Problem(422, "IdempotencyResourceMismatch", "Entity type mismatch", "idempotency_id")
        self.replayed += 1
        return found[1], found[2]

    def keep(self, id: str, resource: str, status: int, body: bytes) -> None:
        """Only success is kept (A)."""
        self._kept[id] = (resource, status, body, self._clock.now())
