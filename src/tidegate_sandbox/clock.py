"""The sandbox's own clock: the only place of the sandbox that asks the machine for the time.

Every simulator reads the time here, so that a scenario decides how fast the world outside the hub runs:
standing still until it is moved (virtual), or following the machine's monotonic clock times a rate (running).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

_WISHES = 'allowed: {"set": ISO time with zone}, {"advance": seconds}, {"rate": sandbox seconds per second}'


def _as_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"a time with a zone is needed, got {at.isoformat()} without one")
    return at.astimezone(UTC)


class SandboxClock:
    """A clock that can be set, moved on and made faster. Safe to use from several threads."""

    def __init__(self, start: datetime, rate: float = 0.0) -> None:
        """Start at ``start`` (with a zone), at ``rate`` sandbox seconds per real second; 0 stands still.

        Raises ValueError for a time without a zone and for a negative rate.
        """
        self._lock = threading.Lock()
        self._origin = _as_utc(start)
        self._rate = self._checked(rate)
        self._since = time.monotonic()
        self._duties: list[tuple[Callable[[], datetime | None], Callable[[], object]]] = []
        self._passing = threading.local()

    @classmethod
    def virtual(cls, start: datetime) -> SandboxClock:
        """A clock that stands still at ``start`` until it is set or moved on."""
        return cls(start, 0.0)

    @classmethod
    def running(cls, start: datetime | None = None, rate: float = 1.0) -> SandboxClock:
        """A clock that runs ``rate`` times as fast as the machine, from ``start`` (by default: now)."""
        return cls(datetime.now(UTC) if start is None else start, rate)

    @staticmethod
    def _checked(rate: float) -> float:
        if not 0 <= rate < float("inf"):
            raise ValueError(f"rate must be 0 (stands still) or a positive number, got {rate!r}")
        return float(rate)

    @property
    def rate(self) -> float:
        """Sandbox seconds per real second; 0 when the clock stands still."""
        return self._rate

    @property
    def is_virtual(self) -> bool:
        """Whether the clock stands still until it is moved."""
        return self._rate == 0

    def _now(self) -> datetime:
        if not self._rate:
            return self._origin
        return self._origin + timedelta(seconds=(time.monotonic() - self._since) * self._rate)

    def now(self) -> datetime:
        """The sandbox's time, in UTC."""
        if not self._rate:  # stands still: nothing is calculated, and whoever moves it writes one value
            return self._origin
        with self._lock:
            return self._now()

    def attend(self, next_due: Callable[[], datetime | None], do: Callable[[], object]) -> None:
        """Let ``do`` be called at the moments that ``next_due`` names, while a clock that stands still is moved over them.

        So that what was due before a closing is done before it, and not by whoever calls first after it.
        """
        self._duties.append((next_due, do))

    def _pass(self, to: datetime) -> datetime:
        """Do what is due until then, each at its own time; returns the time to go on to, which may be later.

        What moves the clock meanwhile, such as a slow answer, moves it and no more.
        """
        if not self.is_virtual or getattr(self._passing, "now", False):
            return to
        self._passing.now = True
        try:
            done: set[tuple[int, datetime]] = (
                set()
            )  # nothing twice: what could not be done waits for the next move
            while True:
                found = [
                    (due, place)
                    for place, (next_due, _) in enumerate(self._duties)
                    if (due := next_due()) is not None and due <= to and (place, due) not in done
                ]
                if not found:
                    return max(to, self.now()) if done else to
                due, place = min(found)
                done.add((place, due))
                if due > self.now():
                    self._go(due)
                self._duties[place][1]()
        finally:
            self._passing.now = False

    def _go(self, at: datetime) -> None:
        with self._lock:
            self._origin, self._since = at, time.monotonic()

    def set(self, at: datetime) -> None:
        """Jump to ``at``, forwards or backwards, and go on at the same rate. ValueError without a zone."""
        self._go(self._pass(_as_utc(at)))

    def advance(self, seconds: float) -> None:
        """Jump forwards by ``seconds``. ValueError for a negative number: jump back with ``set``."""
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"advance takes 0 or more seconds, got {seconds!r}; to jump back, set the clock")
        if self._duties and self.is_virtual:
            self._go(self._pass(self.now() + timedelta(seconds=seconds)))
            return
        with self._lock:
            self._origin += timedelta(seconds=seconds)

    def set_rate(self, rate: float) -> None:
        """Go on from the present sandbox time at another rate; 0 makes the clock stand still."""
        rate = self._checked(rate)
        with self._lock:
            self._origin, self._since, self._rate = self._now(), time.monotonic(), rate

    def to_json(self) -> dict[str, Any]:
        """The clock as a JSON object: now, rate, virtual."""
        return {"now": self.now().isoformat(), "rate": self.rate, "virtual": self.is_virtual}

    def apply_json(self, value: object) -> None:
        """Carry out {"set": ...}, {"advance": ...} or {"rate": ...}. ValueError, saying what is allowed."""
        if not isinstance(value, dict) or len(value) != 1:
            raise ValueError(f"one key is needed; {_WISHES}")
        [(key, wish)] = value.items()
        is_number = isinstance(wish, int | float) and not isinstance(wish, bool)
        try:
            if key == "set" and isinstance(wish, str):
                self.set(datetime.fromisoformat(wish))
            elif key == "advance" and is_number:
                self.advance(wish)
            elif key == "rate" and is_number:
                self.set_rate(wish)
            else:
                raise ValueError("not understood")
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{key!r}: {wish!r}: {error}; {_WISHES}") from None
