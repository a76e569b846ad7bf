"""The tide table: when a company was open and will be, and what ran and will run, a day back and a day ahead.

Plain figures for a drawing. Only ledger and configuration are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.config.model import CompanySettings, Configuration
from tidegate.domain.cadence import Cadence
from tidegate.domain.calendar import Calendar, Closing, Period
from tidegate.ledger import closures, marks, runs
from tidegate.ledger.run import Run

#: How far the table looks back and ahead.
REACH = timedelta(hours=24)
#: Runs that are drawn of one connection, and due cycles of one flow: more would be one bar.
MOST_RUNS, MOST_DUE = 300, 100


@dataclass(frozen=True, slots=True)
class DueRun:
    """A cycle that is planned."""

    flow: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tide:
    """One connection's day: closings (`learnt` = by the company's answer), runs, what is due."""

    connection: str
    start: datetime
    end: datetime
    closed: tuple[Period, ...]
    learnt: Period | None
    runs: tuple[Run, ...]
    due: tuple[DueRun, ...]


def tide_of(configuration: Configuration, name: str, now: datetime) -> Tide | None:
    """The table of one connection; None for one that is not configured any more."""
    settings = configuration.connections.get(name)
    if settings is None:
        return None
    company = configuration.companies[settings.company]
    start, end = now - REACH, now + REACH
    answer = closures.closed(settings.company, now)
    return Tide(
        name,
        start,
        end,
        tuple(closings(company, start, end)),
        Period(now, min(answer.until, end), answer.reason) if answer else None,
        tuple(runs.since(name, start, MOST_RUNS)),
        tuple(due(configuration, name, now, end)),
    )


def closings(company: CompanySettings, start: datetime, end: datetime) -> Iterator[Period]:
    """The closings of the calendar between two instants, the first one cut at `start`."""
    calendar = Calendar(
        company.time_zone, tuple(Closing(each.rule, each.minutes, each.reason) for each in company.closed)
    )
    at_start = calendar.closed(start)
    at = start
    if at_start is not None:
        yield Period(start, min(at_start.until, end), at_start.reason)
        at = at_start.until
    while at < end:
        following = calendar.next_closing(at)
        if following is None or following.start >= end:
            return
        yield Period(following.start, min(following.end, end), following.reason)
        at = following.end


def due(configuration: Configuration, name: str, now: datetime, end: datetime) -> Iterator[DueRun]:
    """The planned cycles of a connection up to `end`."""
    settings = configuration.connections[name]
    company = configuration.companies[settings.company]
    flows = [flow for flow, rule in settings.flows.items() if rule.enabled]
    for flow in flows:
        rule = settings.flows[flow]
        cadence = Cadence(every=rule.every, cron=rule.cron, time_zone=company.time_zone)
        written = marks.read(marks.last_run(name, flow))
        at = cadence.next_after(datetime.fromisoformat(written) if written else None, now)
        for _ in range(MOST_DUE):
            if at >= end:
                break
            yield DueRun(flow, at)
            at = cadence.next_after(at, at)
            at = max(at, now)
