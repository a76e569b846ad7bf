"""A month, or any span of whole days, that finance closes on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Month:
    """`2026-10`, or `2026-10-01..2026-10-15`; both days included."""

    name: str
    start: date
    end: date

    @staticmethod
    def of(text: str) -> Month:
        """Raises ValueError for anything else."""
        if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
            first = date(int(found[1]), int(found[2]), 1)
            return Month(text, first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        start, dots, end = text.partition("..")
        if not dots:
            raise ValueError(f"{text!r} is not a period; write it like 2026-10 or 2026-10-01..2026-10-15")
        span = date.fromisoformat(start), date.fromisoformat(end)
        if span[0] > span[1]:
            raise ValueError(f"the first day {start} is after the last day {end}")
        return Month(text, *span)

    def is_over(self, today: date) -> bool:
        """Whether its last day has ended."""
        return today > self.end
