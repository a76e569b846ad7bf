"""The account of one flow's step: everything that was read is somewhere. Design, promise 7."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """Counts of documents. `read` is counted from what was captured, not from the deliveries."""

    read: int
    confirmed: int = 0
    handed_over: int = 0
    waiting: int = 0
    in_doubt: int = 0
    review: int = 0
    held: int = 0
    cancelled: int = 0
    skipped: int = 0

    @property
    def accounted(self) -> int:
        """How many documents have a place."""
        return (
            self.confirmed
            + self.handed_over
            + self.waiting
            + self.in_doubt
            + self.review
            + self.held
            + self.cancelled
            + self.skipped
        )

    @property
    def unexplained(self) -> int:
        """Read but nowhere; must be 0. Negative: deliveries of documents that were never read."""
        return self.read - self.accounted

    def __add__(self, other: Account) -> Account:
        return Account(
            read=self.read + other.read,
            confirmed=self.confirmed + other.confirmed,
            handed_over=self.handed_over + other.handed_over,
            waiting=self.waiting + other.waiting,
            in_doubt=self.in_doubt + other.in_doubt,
            review=self.review + other.review,
            held=self.held + other.held,
            cancelled=self.cancelled + other.cancelled,
            skipped=self.skipped + other.skipped,
        )
