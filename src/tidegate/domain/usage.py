"""What work with a company uses."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tidegate.domain.money import quotient

MEGABYTE = Decimal(1_000_000)


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

    def __sub__(self, other: Usage) -> Usage:
        """What was used since that."""
        return Usage(
            self.calls - other.calls,
            self.units - other.units,
            self.bytes - other.bytes,
            self.seat_seconds - other.seat_seconds,
        )

    @property
    def words(self) -> str:
        """A text for users; zeros are left out."""
        parts = (
            (self.calls, f"{self.calls} calls"),
            (self.units, f"{self.units} metered units"),
            (self.bytes, f"{quotient(Decimal(self.bytes), MEGABYTE):.1f} MB"),
            (self.seat_seconds, f"{self.seat_seconds} seat-seconds"),
        )
        return ", ".join(text for count, text in parts if count)
