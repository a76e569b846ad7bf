"""What the work with a company costs, and what the product allows.

`usage()` counts what this process has used of the company since it opened it. `budget()` is what may be used in
a span of time, by all processes together; where the product states what is left, its own word counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum


class Measure(StrEnum):
    """What is counted."""

    CALLS = "calls"
    UNITS = "units"  #: what the maker meters and charges, e.g. transactions
    BYTES = "bytes"
    SEAT_SECONDS = "seat-seconds"


@dataclass(frozen=True, slots=True)
class Usage:
    """Used so far. Bytes are of bodies, both ways; seat-seconds are whole seconds of sessions with a seat."""

    calls: int = 0
    units: int = 0
    bytes: int = 0
    seat_seconds: int = 0

    def of(self, measure: Measure) -> int:
        """One of the four."""
        return {
            Measure.CALLS: self.calls,
            Measure.UNITS: self.units,
            Measure.BYTES: self.bytes,
            Measure.SEAT_SECONDS: self.seat_seconds,
        }[measure]

    @property
    def words(self) -> str:
        """For people; what is nought is left out."""
        parts = (
            (self.calls, f"{self.calls} calls"),
            (self.units, f"{self.units} metered units"),
            (self.bytes, f"{Decimal(self.bytes) / 1_000_000:.1f} MB"),
            (self.seat_seconds, f"{self.seat_seconds} seat-seconds"),
        )
        return ", ".join(text for count, text in parts if count)


@dataclass(frozen=True, slots=True)
class Allowance:
    """So much of one measure `per` span of time: a minute, a day, thirty days.

    It holds for any span of this length. `shared`: others use the same allowance, so that what is left is less
    than what we count; `reserved` of the amount is left to them. `left` is what the product said last, until
    `resets`; None: it says nothing, and our own count decides.
    """

    measure: Measure
    amount: int
    per: timedelta
    shared: bool = False
    reserved: int = 0
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


Budget = tuple[Allowance, ...]
UNLIMITED: Budget = ()
