"""When a flow is due: coalescing, and clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cron_converter import Cron
from hypothesis import given
from hypothesis import strategies as st

from tidegate.domain.cadence import Cadence, parse_every


def utc(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=UTC)  # type: ignore[arg-type, misc]


NOON = utc(2026, 3, 2, 12)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        (" 4 h ", timedelta(hours=4)),
        ("1d", timedelta(days=1)),
    ],
)
def test_parse_every(text: str, span: timedelta) -> None:
    assert parse_every(text) == span


@pytest.mark.parametrize("text", ["", "15", "m", "-5m", "0m", "1.5h", "1w", "15 minutes"])
def test_parse_every_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="write it like 30s, 15m, 4h or 1d"):
        parse_every(text)


@pytest.mark.parametrize("cadence", [Cadence(every="15m"), Cadence(cron="*/15 * * * *")])
def test_never_run_is_due_now(cadence: Cadence) -> None:
    assert cadence.next_after(None, NOON) == NOON


def test_every() -> None:
    cadence = Cadence(every="15m")
    assert cadence.next_after(NOON, NOON + timedelta(minutes=1)) == NOON + timedelta(minutes=15)


def test_cron_is_in_the_company_s_zone() -> None:
    cadence = Cadence(cron="0 6 * * *", time_zone="America/Chicago")
    assert cadence.next_after(utc(2026, 1, 5, 12), utc(2026, 1, 5, 12)) == utc(2026, 1, 6, 12)
    assert cadence.next_after(utc(2026, 7, 5, 11), utc(2026, 7, 5, 11)) == utc(2026, 7, 6, 11)


@pytest.mark.parametrize(("days", "date"), [("0", 8), ("7", 8), ("SUN", 8), ("1-5", 3), ("5", 6)])
def test_days_of_the_week(days: str, date: int) -> None:
    monday = utc(2026, 3, 2, 9)
    assert Cadence(cron=f"0 9 * * {days}").next_after(monday, monday) == utc(2026, 3, date, 9)


def test_day_of_month_and_day_of_week_must_both_fit() -> None:
    assert Cadence(cron="0 9 13 * 5").next_after(NOON, NOON) == utc(2026, 3, 13, 9)
    assert Cadence(cron="0 9 14 * 5").next_after(NOON, NOON) == utc(2026, 8, 14, 9)


@given(st.sampled_from([Cadence(every="15m"), Cadence(cron="*/15 * * * *")]), st.integers(0, 10**6))
def test_missed_runs_collapse_into_one(cadence: Cadence, seconds: int) -> None:
    now = NOON + timedelta(seconds=seconds)
    due = cadence.next_after(NOON, now)
    assert due >= now
    assert due == now or due - now <= timedelta(minutes=15)
    # Having run once now, nothing of the past is left over.
    again = cadence.next_after(now, now)
    assert again > now


@pytest.mark.parametrize("cadence", [Cadence(every="15m"), Cadence(cron="*/15 * * * *")])
def test_a_clock_that_was_put_back_does_not_stop_the_flow(cadence: Cadence) -> None:
    assert cadence.next_after(NOON + timedelta(hours=2), NOON) == NOON
    assert cadence.next_after(NOON + timedelta(days=365), NOON) == NOON


def test_another_machine_s_clock_may_be_ahead_by_seconds() -> None:
    """Two machines with one ledger: the slower one does not run every cycle a second time."""
    last = NOON + timedelta(seconds=40)
    assert Cadence(every="15m").next_after(last, NOON) == last + timedelta(minutes=15)
    assert Cadence(cron="*/15 * * * *").next_after(last, NOON) == NOON + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({}, "either"),
        ({"every": "15m", "cron": "* * * * *"}, "either"),
        ({"every": "soon"}, "not an interval"),
        ({"cron": "@hourly"}, "not a cron line"),
        ({"cron": "60 * * * *"}, "not a cron line"),
        ({"cron": "0 0 31 2 *"}, "has no date"),
        ({"every": "15m", "time_zone": "Mars"}, "unknown time zone"),
    ],
)
def test_cadences_that_make_no_sense(fields: dict[str, str], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Cadence(**fields)


@pytest.mark.parametrize(
    ("zone", "last", "due"),
    [
        # 02:30 does not exist in Chicago on 8 March: it comes at 03:30 summer time.
        ("America/Chicago", utc(2026, 3, 8, 7), utc(2026, 3, 8, 8, 30)),
        # 01:30 comes twice in London on 25 October: it counts once, the first time.
        ("Europe/London", utc(2026, 10, 25, 0), utc(2026, 10, 25, 0, 30)),
        ("Europe/London", utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)),
        ("Europe/London", utc(2026, 10, 25, 1, 10), utc(2026, 10, 26, 1, 30)),
    ],
)
def test_a_nightly_run_in_the_night_of_a_clock_change(zone: str, last: datetime, due: datetime) -> None:
    hour = 2 if zone == "America/Chicago" else 1
    assert Cadence(cron=f"30 {hour} * * *", time_zone=zone).next_after(last, last) == due


CHANGES = [
    ("Europe/London", utc(2026, 3, 29, 1)),
    ("Europe/London", utc(2026, 10, 25, 1)),
    ("America/Chicago", utc(2026, 3, 8, 8)),
    ("America/Chicago", utc(2026, 11, 1, 7)),
    ("Australia/Lord_Howe", utc(2026, 4, 4, 15)),
]
LINES = ["* * * * *", "*/15 * * * *", "7,52 * * * *", "0 * * * *", "30 * * * 0"]


@given(st.sampled_from(CHANGES), st.sampled_from(LINES), st.integers(-300, 300), st.integers(0, 59))
def test_a_line_for_every_hour_runs_whenever_the_wall_clock_fits(
    change: tuple[str, datetime], line: str, minutes: int, seconds: int
) -> None:
    zone, at = change
    last = at + timedelta(minutes=minutes, seconds=seconds)
    instant = last.replace(second=0) + timedelta(minutes=1)
    while instant.astimezone(ZoneInfo(zone)) not in Cron(line):
        instant += timedelta(minutes=1)
    assert Cadence(cron=line, time_zone=zone).next_after(last, last) == instant


@given(st.sampled_from(CHANGES), st.integers(-3000, 3000), st.integers(0, 23), st.integers(0, 59))
def test_a_line_for_one_hour_runs_exactly_once_a_day(
    change: tuple[str, datetime], minutes: int, hour: int, minute: int
) -> None:
    zone, at = change
    cadence = Cadence(cron=f"{minute} {hour} * * *", time_zone=zone)
    first = cadence.next_after(at + timedelta(minutes=minutes), at + timedelta(minutes=minutes))
    second = cadence.next_after(first, first)
    days = [instant.astimezone(ZoneInfo(zone)).date() for instant in (first, second)]
    assert days[1] - days[0] == timedelta(days=1)
