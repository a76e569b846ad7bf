"""The cursor of a stream: the newest stamp, its overlap, and what makes a repetition no news."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tidegate.sage.sage200.deltas import Stream

STREAM = Stream("/warehouse_holdings")


def _row(number: int, stamp: str) -> dict[str, Any]:
    return {"id": number, "date_time_updated": stamp}


def test_nothing_seen_is_no_cursor() -> None:
    assert STREAM.cursor([]) == ""


def test_the_newest_stamp_counts_whatever_the_order() -> None:
    rows = [_row(1, "2026-03-02T10:00:00.5Z"), _row(2, "2026-03-02T09:00:00Z")]

    assert STREAM.cursor(rows).startswith("2026-03-02T10:00:00.500000+00:00 ")
    assert STREAM.cursor(rows) == STREAM.cursor(rows[::-1])


@pytest.mark.parametrize(
    "stamp", ["2026-03-02T10:00:00", "2026-03-02T10:00:00.0000000Z", "2026-03-02T10:00:00Z"]
)
def test_spellings_of_one_instant_are_one(stamp: str) -> None:
    assert STREAM.cursor([_row(1, stamp)]) == STREAM.cursor([_row(1, "2026-03-02T10:00:00Z")])


def test_only_what_the_overlap_repeats_is_remembered() -> None:
    newest = _row(1, "2026-03-02T10:00:00Z")
    within, before = _row(2, "2026-03-02T09:55:01Z"), _row(2, "2026-03-02T09:54:00Z")

    assert STREAM.cursor([newest, before]) == STREAM.cursor([newest])
    assert STREAM.cursor([newest, within]) != STREAM.cursor([newest])


def test_a_row_that_was_committed_late_is_news() -> None:
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    newest, late = _row(1, "2026-03-02T10:00:00Z"), _row(2, "2026-03-02T09:59:00Z")

    assert STREAM.cursor([newest, late], at) != STREAM.cursor([newest], at)


def test_a_cursor_never_goes_back() -> None:
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)

    assert STREAM.cursor([], at).startswith("2026-03-02T10:00:00+00:00 ")
    assert STREAM.cursor([_row(1, "2026-03-02T09:59:00Z")], at).startswith("2026-03-02T10:00:00+00:00 ")


def test_a_row_without_a_stamp_moves_nothing() -> None:
    assert STREAM.cursor([_row(1, ""), {"id": 2}]) == ""
