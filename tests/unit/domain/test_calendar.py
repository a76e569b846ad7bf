"""Closings in the company's wall clock, over clock changes and next to each other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.domain.calendar import HORIZON, Calendar, Closed, Closing, Period

WEEKEND = Closing("FREQ=WEEKLY;BYDAY=FR;BYHOUR=18;BYMINUTE=0", 60 * 60, "weekend backup")
NIGHTLY = Closing("FREQ=DAILY;BYHOUR=2;BYMINUTE=0", 30, "backup")


def utc(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_open_and_closed() -> None:
    calendar = Calendar("Europe/London", (NIGHTLY,))
    assert calendar.closed(utc(2026, 1, 10, 1, 59, 59)) is None
    assert calendar.closed(utc(2026, 1, 10, 2)) == Closed(utc(2026, 1, 10, 2, 30), "backup")
    assert calendar.closed(utc(2026, 1, 10, 2, 29, 59)) == Closed(utc(2026, 1, 10, 2, 30), "backup")
    assert calendar.closed(utc(2026, 1, 10, 2, 30)) is None
    assert Calendar("Europe/London").closed(utc(2026, 1, 10)) is None


def test_the_wall_clock_counts_in_summer() -> None:
    calendar = Calendar("Europe/London", (NIGHTLY,))
    assert calendar.closed(utc(2026, 7, 10, 1, 10)) == Closed(utc(2026, 7, 10, 1, 30), "backup")
    assert calendar.closed(utc(2026, 7, 10, 2, 10)) is None


@pytest.mark.parametrize(
    ("zone", "friday", "start", "end"),
    [
        # 60 elapsed hours from Friday 18:00: the clock changes in between, the length does not.
        ("Europe/London", "spring", utc(2026, 3, 27, 18), utc(2026, 3, 30, 6)),
        ("Europe/London", "autumn", utc(2026, 10, 23, 17), utc(2026, 10, 26, 5)),
        ("America/Chicago", "spring", utc(2026, 3, 7, 0), utc(2026, 3, 9, 12)),
        ("America/Chicago", "autumn", utc(2026, 10, 30, 23), utc(2026, 11, 2, 11)),
    ],
)
def test_a_weekend_over_a_clock_change(zone: str, friday: str, start: datetime, end: datetime) -> None:
    calendar = Calendar(zone, (WEEKEND,))
    assert calendar.closed(start - timedelta(seconds=1)) is None
    assert calendar.closed(start) == Closed(end, "weekend backup")
    assert calendar.closed(end - timedelta(seconds=1)) == Closed(end, "weekend backup")
    assert calendar.closed(end) is None


def test_a_start_that_the_clock_skips_comes_an_hour_later_by_the_wall() -> None:
    calendar = Calendar("Europe/London", (Closing("FREQ=DAILY;BYHOUR=1;BYMINUTE=30", 30),))
    assert calendar.closed(utc(2026, 3, 29, 1, 30)) == Closed(utc(2026, 3, 29, 2), "closed")
    assert calendar.closed(utc(2026, 3, 29, 1, 29)) is None


def test_a_start_that_comes_twice_counts_the_first_time() -> None:
    calendar = Calendar("Europe/London", (Closing("FREQ=DAILY;BYHOUR=1;BYMINUTE=30", 30),))
    assert calendar.closed(utc(2026, 10, 25, 0, 30)) == Closed(utc(2026, 10, 25, 1), "closed")
    assert calendar.closed(utc(2026, 10, 25, 1, 30)) is None


def test_closings_that_touch_or_overlap_are_one() -> None:
    calendar = Calendar(
        "UTC",
        (
            Closing("FREQ=DAILY;BYHOUR=22;BYMINUTE=0", 120, "posting"),
            Closing("FREQ=DAILY;BYHOUR=0;BYMINUTE=0", 60, "backup"),
            Closing("FREQ=DAILY;BYHOUR=0;BYMINUTE=30", 60, "day end"),
        ),
    )
    assert calendar.closed(utc(2026, 5, 1, 23)) == Closed(utc(2026, 5, 2, 1, 30), "posting")
    assert calendar.closed(utc(2026, 5, 2, 0, 45)) == Closed(utc(2026, 5, 2, 1, 30), "backup")
    assert calendar.closed(utc(2026, 5, 2, 1, 15)) == Closed(utc(2026, 5, 2, 1, 30), "day end")
    assert calendar.next_closing(utc(2026, 5, 2, 2)) == Period(
        utc(2026, 5, 2, 22), utc(2026, 5, 3, 1, 30), "posting"
    )


def test_a_calendar_that_never_opens_answers_all_the_same() -> None:
    always = Calendar("UTC", (Closing("FREQ=DAILY", 24 * 60),))
    now = utc(2026, 5, 1, 12)
    assert always.closed(now) == Closed(now + HORIZON, "closed")


def test_next_closing() -> None:
    calendar = Calendar("America/Chicago", (WEEKEND,))
    friday = Period(utc(2026, 5, 1, 23), utc(2026, 5, 4, 11), "weekend backup")
    assert calendar.next_closing(utc(2026, 4, 28)) == friday
    assert calendar.next_closing(friday.start) == Period(
        utc(2026, 5, 8, 23), utc(2026, 5, 11, 11), "weekend backup"
    )
    yearly = Calendar("UTC", (Closing("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", 60 * 24, "year end"),))
    assert yearly.next_closing(utc(2026, 1, 1)) == Period(utc(2026, 12, 31), utc(2027, 1, 1), "year end")
    assert Calendar("UTC").next_closing(utc(2026, 1, 1)) is None
    past = Calendar("UTC", (Closing("FREQ=DAILY;UNTIL=20250101T000000", 10),))
    assert past.next_closing(utc(2026, 1, 1)) is None


def test_period_end_on_the_last_weekday_of_the_month() -> None:
    rule = "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=17;BYMINUTE=30"
    calendar = Calendar("Europe/London", (Closing(rule, 240, "period end"),))
    found = calendar.next_closing(utc(2026, 5, 2))
    assert found == Period(utc(2026, 5, 29, 16, 30), utc(2026, 5, 29, 20, 30), "period end")


def test_every_second_week_keeps_its_phase_over_the_years() -> None:
    calendar = Calendar("UTC", (Closing("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=6", 60),))
    starts = []
    now = utc(2025, 11, 1)
    for _ in range(10):
        found = calendar.next_closing(now)
        assert found is not None
        starts.append(found.start)
        now = found.start
    assert {later - earlier for earlier, later in pairwise(starts)} == {timedelta(days=14)}
    assert all((start.date() - date(2001, 1, 1)).days % 14 == 0 for start in starts)


def test_a_rule_with_its_own_beginning() -> None:
    rule = "DTSTART:20260105T220000\nRRULE:FREQ=WEEKLY;INTERVAL=3"
    calendar = Calendar("UTC", (Closing(rule, 60),))
    assert calendar.closed(utc(2026, 1, 26, 22, 30)) is not None
    assert calendar.closed(utc(2026, 1, 19, 22, 30)) is None


@pytest.mark.parametrize(
    ("rule", "minutes", "match"),
    [
        ("every friday", 60, "needs FREQ="),
        ("FREQ=SECONDLY", 60, "needs FREQ="),
        ("FREQ=DAILY;BYHOUR=25", 60, "not an RFC 5545 rule"),
        ("FREQ=DAILY;BYHOUR=x", 60, "not an RFC 5545 rule"),
        ("FREQ=DAILY;COLOUR=RED", 60, "not an RFC 5545 rule"),
        ("FREQ=WEEKLY;BYDAY=XX", 60, "not an RFC 5545 rule"),
        ("FREQ=DAILY;UNTIL=20261231T000000Z", 60, "own zone"),
        ("DTSTART;TZID=Europe/Paris:20260101T000000\nRRULE:FREQ=DAILY", 60, "own zone"),
        ("FREQ=DAILY", 0, "between one minute and 31 days"),
        ("FREQ=DAILY", 60 * 24 * 32, "between one minute and 31 days"),
    ],
)
def test_rules_that_make_no_sense(rule: str, minutes: int, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Closing(rule, minutes)


def test_unknown_time_zone() -> None:
    with pytest.raises(ValueError, match="unknown time zone 'Europe/Lundon'"):
        Calendar("Europe/Lundon")


ZONES = ("Europe/London", "America/Chicago", "Australia/Lord_Howe", "Asia/Kolkata")
instants = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@given(
    st.sampled_from(ZONES),
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(0, 59), st.integers(1, 4000)),
        min_size=1,
        max_size=4,
    ),
    instants,
)
def test_any_weekly_calendar_says_what_counting_the_weeks_says(
    zone: str, weekly: list[tuple[int, int, int, int]], now: datetime
) -> None:
    calendar = Calendar(
        zone,
        tuple(
            Closing(f"FREQ=WEEKLY;BYDAY={DAYS[day]};BYHOUR={hour};BYMINUTE={minute}", minutes)
            for day, hour, minute, minutes in weekly
        ),
    )
    periods = []
    for offset in range(-8, 40):
        here = now.date() + timedelta(days=offset)
        for day, hour, minute, minutes in weekly:
            if here.weekday() == day:
                start = datetime(
                    here.year, here.month, here.day, hour, minute, tzinfo=ZoneInfo(zone)
                ).astimezone(UTC)
                periods.append((start, start + timedelta(minutes=minutes)))
    inside = [end for start, end in periods if start <= now < end]
    closed = calendar.closed(now)
    assert (closed is not None) == bool(inside)
    if closed is not None and closed.until < now + timedelta(days=30):
        assert calendar.closed(closed.until) is None
        # closed without a gap up to that instant
        reached = now
        while reached < closed.until:
            reached = max(end for start, end in periods if start <= reached < end)
        assert reached == closed.until
