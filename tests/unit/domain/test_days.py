"""Days that people write: none so near the ends of the calendar that nothing can be calculated with it."""

from __future__ import annotations

import pytest

from tidegate.domain.books.month import Month
from tidegate.domain.days import day_of


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "2026-02-30", "yesterday", ""])
def test_what_is_no_day_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a date|is not between the years 1900 and 2999"):
        day_of(text)


@pytest.mark.parametrize(
    "text", ["9999-12", "0000-01", "2026-13", "2026-00", "2026-01-01..9999-12-31", "٢٠٢٦-١٠"]
)
def test_nor_a_period_with_such_a_day(text: str) -> None:
    with pytest.raises(ValueError, match="is not "):
        Month.of(text)


def test_a_day_and_a_month() -> None:
    assert day_of("2026-03-01").isoformat() == "2026-03-01"
    assert Month.of("2026-12").end.isoformat() == "2026-12-31"
