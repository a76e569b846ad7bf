"""A month, or any span of whole days, that finance closes on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from tidegate.domain.days import day_of


@dataclass(frozen=True, slots=True)
class Month:
    """`2026-10`, or `2026-10-01..2026-10-15`; both days included."""

    name: str
    start: date
    end: date

    @staticmethod
    def of(text: str) -> Month:
        """Raises ValueError for anything else."""
        if re.fullmatch(r"[0-9]{4}-(?:0[1-9]|1[0-2])", text):
            first = day_of(f"{text}-01")
            return Month(text, first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        start, dots, end = text.partition("..")
        if not dots:
            raise ValueError(f"{text!r} is not a period; write it like 2026-10 or 2026-10-01..2026-10-15")
        span = day_of(start), day_of(end)
        if span[0] > span[1]:
            raise ValueError(f"the first day {start} is after the last day {end}")
        return Month(text, *span)

    def is_over(self, today: date) -> bool:
        """Whether its last day has ended."""
        return today > self.end
