"""What the work with a company costs, and what the product allows.

`usage()` counts what this process has used of the company since it opened it. `budget()` is what may be used in
a span of time, by all processes together; where the product states what is left, its own word counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.domain.usage import Measure as Measure
from tidegate.domain.usage import Usage as Usage


@dataclass(frozen=True, slots=True)
class Allowance:
    """The allowed amount of one measure `per` span of time: a minute, a day, thirty days.

    It holds for any span of this length. `shared`: others use the same allowance, so that what is left is less
    than what we count; `reserved` of the amount is left to them. `charged`: what goes beyond it is not refused
    and costs money, so that it is reported and nothing waits for it. `left` is what the product said last, until
    `resets`; None: it says nothing, and our own count decides.
    """

    measure: Measure
    amount: int
    per: timedelta
    shared: bool = False
    reserved: int = 0
    charged: bool = False
    left: int | None = None
    resets: datetime | None = None  #: aware UTC

    def __post_init__(self) -> None:
        """ValueError for an allowance of which nothing may be used."""
        if self.amount - self.reserved < 1 or self.per <= timedelta(0):
            raise ValueError(f"an allowance of {self.amount} less {self.reserved} per {self.per}")

    @property
    def ours(self) -> int:
        """What is for us."""
        return self.amount - self.reserved

    @property
    def words(self) -> str:
        """The allowance in words, for messages."""
        days, seconds = self.per.days, int(self.per.total_seconds())
        span = (
            (f"{days} days" if days > 1 else "day") if days else "minute" if seconds == 60 else f"{seconds} s"
        )
        shared = ", shared with others" if self.shared else ""
        return f"{self.ours} {self.measure.value} per {span}{shared}"


Budget = tuple[Allowance, ...]
UNLIMITED: Budget = ()
