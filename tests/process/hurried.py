"""`tidegate` under a fast clock: START SINCE RATE, then the words of the command line."""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime, timedelta

from tidegate.cli.every_command import app
from tidegate.cli.invocation import Invocation


class FastClock:
    """A clock `rate` times as fast as life, the same in every process.

    It shows `start` at the instant `since` of the machine's monotonic clock, which all processes of a
    machine share and nobody puts back.
    """

    def __init__(self, start: datetime, since: float, rate: float) -> None:
        self._start = start.astimezone(UTC)
        self._since = since
        self._rate = rate

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._since) * self._rate

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        real = max(seconds, 0.0) / self._rate
        if until is not None:
            return until.wait(real)
        time.sleep(real)
        return False


def main() -> None:
    """The same program, told another time."""
    start, since, rate, *words = sys.argv[1:]
    clock = FastClock(datetime.fromisoformat(start), float(since), float(rate))
    app(words, obj=Invocation(clock=clock), prog_name="tidegate")


if __name__ == "__main__":
    main()
