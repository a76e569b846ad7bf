"""One field: absent is not zero, and what is out of bounds is refused by its own name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tidegate.reading import values
from tidegate.reading.document import Unreadable


@pytest.mark.parametrize("absent", [None, "", " ", False, []])
def test_absent_is_not_zero(absent: Any) -> None:
    assert values.figure(absent) is None
    assert values.whole(absent) is None


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (0, Decimal(0)),
        ("0.0000", Decimal(0)),
        ("12.50", Decimal("12.50")),
        (-3, Decimal(-3)),
        (5.684e-14, Decimal("5.684E-14")),
    ],
)
def test_figures(given: Any, value: Decimal) -> None:
    assert values.figure(given) == value


@pytest.mark.parametrize(
    "given", ["n/a", "NaN", "Infinity", True, {}, {"a": 1}, [1], "1e60", 10**12, "1" * 70, float("nan")]
)
def test_what_is_no_figure(given: Any) -> None:
    with pytest.raises(Unreadable):
        values.figure(given)


def test_whole_numbers_and_their_bounds() -> None:
    assert [values.whole(given) for given in (7, "7", "7.0000", Decimal("7.0"), -1)] == [7, 7, 7, 7, -1]
    wrong: list[Any] = [2**63, "1.5", "٣", "abc", True, 1e300]
    for given in wrong:
        with pytest.raises(Unreadable):
            values.whole(given)


def test_texts() -> None:
    assert [values.text(given) for given in ("x", 12, Decimal("12.50"), None, False, [])] == [
        "x", "12", "12.50", None, None, None,
    ]  # fmt: skip
    wrong: list[Any] = ["x" * 65_536, True, {"a": 1}, ["x"], "\ud800"]
    for given in wrong:
        with pytest.raises(Unreadable):
            values.text(given)


def test_flags() -> None:
    assert [values.flag(given) for given in (True, 0, "1", "false", None, "")] == [
        True,
        False,
        True,
        False,
        None,
        None,
    ]
    with pytest.raises(Unreadable):
        values.flag("enabled")


@pytest.mark.parametrize("read", [values.day, values.moment])
def test_the_first_days_of_net_and_excel_mean_none(read: Callable[[Any], Any]) -> None:
    assert read("0001-01-01T00:00:00") is None
    assert read("1899-12-30T00:00:00") is None
    assert read("") is None
    with pytest.raises(Unreadable):
        read("yesterday, as we agreed")


def test_days_and_instants() -> None:
    assert values.day("2026-03-02T00:00:00") == date(2026, 3, 2)
    assert values.moment("2026-03-02T10:00:00+02:00") == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert values.day("9999-12-31") == date(9999, 12, 31)
    with pytest.raises(Unreadable):
        values.moment("9999-12-31T23:59:59-12:00")
