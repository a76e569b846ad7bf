"""How often a flow runs.

Either `every` so much elapsed time, or at the wall-clock times of a cron line in the company's
zone. Runs that were missed, while the hub was down or the cycle before took long, collapse into
one. Source: field-failures 22 (runs planned more often than they can finish pile up).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cron_converter import Cron

from tidegate.domain.calendar import zone

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_every(text: str) -> timedelta:
    """`30s`, `15m`, `4h` or `1d` as a time span; raises ValueError for anything else."""
    found = re.fullmatch(r"\s*(\d{1,6})\s*([smhd])\s*", text)
    if found is None or int(found[1]) == 0:
        raise ValueError(f"{text!r} is no interval; write it like 30s, 15m, 4h or 1d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


@dataclass(frozen=True, slots=True)
class Cadence:
    """Exactly one of `every` and `cron` is set. Raises ValueError when they make no sense.

    `cron` has five fields: minute, hour, day of month, month, day of week (0 or 7 is Sunday, or
    SUN to SAT). Day of month and day of week must *both* fit. A line for certain hours runs once in
    the night when an hour comes twice, and right after the change when its hour is skipped; a line
    for every hour (`*`) runs in both.
    """

    every: str = ""
    cron: str = ""
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        zone(self.time_zone)
        if bool(self.every) == bool(self.cron):
            raise ValueError("a flow has either `every` or `cron`")
        if self.every:
            parse_every(self.every)
        else:
            _after(self.cron, zone(self.time_zone), datetime(2026, 1, 1, tzinfo=UTC))

    def next_after(self, last: datetime | None, now: datetime) -> datetime:
        """When the next run is due (aware UTC), at the earliest `now`: due means `<= now`.

        `last` is when the flow last began to run; None = never, then it is due now. All runs missed
        between `last` and `now` are one run, due now. A `last` in the future, which a clock that was
        put back leaves behind, counts as now.
        """
        now = now.astimezone(UTC)
        if last is None:
            return now
        last = min(last.astimezone(UTC), now)
        if self.every:
            due = last + parse_every(self.every)
        else:
            due = _after(self.cron, zone(self.time_zone), last)
        return max(due, now)


@lru_cache(maxsize=1024)
def _line(text: str) -> Cron:
    try:
        return Cron(text)
    except ValueError as problem:
        raise ValueError(f"{text!r} is no cron line: {problem}") from None


def _after(text: str, here: ZoneInfo, after: datetime) -> datetime:
    """The first instant after `after` at which the cron line fits the wall clock."""
    wall = after.astimezone(here)
    due = _seek(text, wall.replace(tzinfo=None)).replace(tzinfo=here, fold=0)
    found = [due.astimezone(UTC)]
    turned_back = (wall.utcoffset() or timedelta()) - (due.utcoffset() or timedelta())
    if text.split()[1] == "*" and (turned_back > timedelta() or wall.fold):
        # The hour that comes twice: its second passing is an hour like any other.
        earlier = wall.replace(tzinfo=None) - max(turned_back, timedelta())
        found.append(_seek(text, earlier).replace(tzinfo=here, fold=1).astimezone(UTC))
    return min(instant for instant in found if instant > after)


def _seek(text: str, wall: datetime) -> datetime:
    try:
        return _line(text).schedule(wall).next()
    except ValueError:
        raise
    except Exception:  # the library raises a bare Exception when it finds no date
        raise ValueError(f"cron line {text!r} never comes") from None
