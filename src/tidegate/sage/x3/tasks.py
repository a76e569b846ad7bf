"""The batch server's recurring tasks, as a calendar: when imports take files up, and when exports leave new ones.

Source: contract §8.3, §16. Nobody else says whether a task has run: what it should have worked on by now, and has not, is
reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from tidegate.config.company import Window
from tidegate.config.problem import Report
from tidegate.config.strict import Strict
from tidegate.domain.calendar import HORIZON, Calendar, Closing

LONGEST_RUN = 24 * 60  #: minutes
Does = Literal["import", "export"]


class Task(Strict, frozen=True, kw_only=True):
    """`[[companies.NAME.tasks]]`: when a task runs, and how long it takes."""

    does: Does
    rule: str  #: RFC 5545, in the company's time zone; each occurrence is a run
    minutes: int = 10  #: until what it found is worked on

    def check(self, key: str, report: Report) -> None:
        """A rule that can be read, and a length that a run can have."""
        try:
            Closing(self.rule, min(max(self.minutes, 1), LONGEST_RUN))
        except ValueError as error:
            remedy = 'write an RFC 5545 rule, such as "FREQ=HOURLY;BYMINUTE=0,30"'
            report.problem(f"{key}.rule", str(error).replace("closing rule", "rule"), remedy)
        if not 1 <= self.minutes <= LONGEST_RUN:
            report.problem(f"{key}.minutes", str(self.minutes), f"from 1 to {LONGEST_RUN} minutes")


class Runs:
    """The runs of all tasks of one kind; the batch server does not run while the company is closed."""

    def __init__(
        self, tasks: Sequence[Task], does: Does, time_zone: str, closed: Sequence[Window] = ()
    ) -> None:
        """`closed`: the company's windows. ValueError for rules that `check` refuses."""
        runs = tuple(Closing(one.rule, one.minutes) for one in tasks if one.does == does)
        self._runs = Calendar(time_zone, runs)
        self._closed = Calendar(time_zone, tuple(Closing(one.rule, one.minutes) for one in closed))

    def worked_by(self, left_at: datetime) -> datetime | None:
        """When the first run after an instant has ended; None where no task is known. Instants are aware UTC."""
        after = left_at
        while self._runs.closings and after < left_at + HORIZON:
            run = self._runs.next_closing(after)
            if run is None or self._closed.closed(run.start) is None:
                return run.end if run is not None else None
            after = run.start
        return None

    def is_late(self, left_at: datetime, now: datetime, grace: timedelta = timedelta(0)) -> bool:
        """Whether a whole run lies between the two instants, and a grace more."""
        end = self.worked_by(left_at)
        return end is not None and end + grace <= now
