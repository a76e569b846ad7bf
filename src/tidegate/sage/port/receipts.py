"""The receipt desk: money that was paid at checkout, posted once and set against its invoice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tidegate.domain.books.bookkeeping import LedgerEntry, NewAllocation, NewReceipt
from tidegate.domain.errors import Failure
from tidegate.sage.port.outcomes import Outcome


class ReceiptDesk(Protocol):
    """Posts receipts and allocates them."""

    def find(self, keys: Sequence[str]) -> dict[str, LedgerEntry | Failure | None] | Failure:
        """Receipts that Tidegate posted, by its own keys, pooled; an entry for every key asked."""
        ...

    def post(self, receipt: NewReceipt) -> Outcome:
        """Post one receipt; `Accepted.number` is its URN."""
        ...

    def allocate(self, allocation: NewAllocation) -> Outcome:
        """Set a receipt against an invoice. Whether it was done shows in the entries' `outstanding`."""
        ...
