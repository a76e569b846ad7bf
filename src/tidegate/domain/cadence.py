"""How often a flow runs.

Either after each interval `every`, or at the wall-clock times of a cron line in the company's
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

#: How far a run may be ahead of the clock: machines that share a ledger differ by seconds.
AHEAD = timedelta(minutes=1)

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@lru_cache(maxsize=1024)
def parse_every(text: str) -> timedelta:
    """`30s`, `15m`, `4h` or `1d` as a time span; raises ValueError for anything else."""
    found = re.fullmatch(r"\s*(\d{1,6})\s*([smhd])\s*", text)
    if found is None or int(found[1]) == 0:
        raise ValueError(f"{text!r} is not an interval; write it like 30s, 15m, 4h or 1d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


@dataclass(frozen=True, slots=True)
class Cadence:
    """Exactly one of `every` and `cron` is set. Raises ValueError when they make no sense.

    `cron` has five fields: minute, hour, day of month, month, day of week (0 or 7 is Sunday, or
    SUN to SAT). Day of month and day of week must *both* fit. A line for certain hours runs once in
    the night when an hour comes twice, and an hour later by the wall when its hour is skipped; a
    line for every hour (`*`) runs in both hours.
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
        between `last` and `now` are one run, due now. A `last` in the future was left behind by a clock
        that has been put back since: then it is due now, too. (Seconds are another machine's clock.)
        """
        return max(self.due_after(last, now), now.astimezone(UTC))

    def due_after(self, last: datetime | None, now: datetime) -> datetime:
        """The same, and in the past when the run is late: then by how much can be seen."""
        now = now.astimezone(UTC)
        if last is None or last - now > AHEAD:
            return now
        last = last.astimezone(UTC)
        if self.every:
            return last + parse_every(self.every)
        return _after(self.cron, zone(self.time_zone), last)


@lru_cache(maxsize=1024)
def cadence(every: str, cron: str, time_zone: str) -> Cadence:
    """The same, read and checked once: each look at what is due asks for every flow's."""
    return Cadence(every, cron, time_zone)


@lru_cache(maxsize=1024)
def _line(text: str) -> Cron:
    try:
        return Cron(text)
    except ValueError as problem:
        raise ValueError(f"{text!r} is not a cron line: {problem}") from None


@lru_cache(maxsize=4096)  # a flow's next time is asked until it comes
def _after(text: str, here: ZoneInfo, after: datetime) -> datetime:
    """The first instant after `after` at which the cron line fits the wall clock."""
    local = after.astimezone(here)
    wall = local.replace(tzinfo=None, fold=0)
    due = _seek(text, wall)
    if not local.fold and due.replace(tzinfo=here).utcoffset() == local.utcoffset():
        return due.replace(tzinfo=here).astimezone(UTC)
    # The clock is changed in between, or just was: look at each time of the wall clock from before
    # the change on, and where it comes twice, at both.
    due = _seek(text, wall - timedelta(hours=2))
    later: list[datetime] = []
    while not later or due.replace(tzinfo=here).astimezone(UTC) <= after:
        folds = (0, 1) if _every_hour(text) else (0,)
        instants = (due.replace(tzinfo=here, fold=fold).astimezone(UTC) for fold in folds)
        later.extend(instant for instant in instants if instant > after)
        due = _seek(text, due)
    return min(*later, due.replace(tzinfo=here).astimezone(UTC))


def _every_hour(text: str) -> bool:
    return len(_line(text).to_list()[1]) == 24


def _seek(text: str, wall: datetime) -> datetime:
    try:
        return _line(text).schedule(wall).next()
    except ValueError:
        raise
    except Exception:  # the library raises a bare Exception when it finds no date
        raise ValueError(f"cron line {text!r} has no date within the next 20 years") from None
