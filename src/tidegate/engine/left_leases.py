"""Leases of cycles that an error has ended: given back as soon as the ledger can be written again.

A ledger that failed could not take them back, and this process lives, so that no other one may take them over before
they expire. They are given back before this process's next cycle, whatever that is about.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tidegate.ledger import lease
from tidegate.ledger.database import transaction
from tidegate.ledger.lease import Lease


@dataclass(eq=False)
class LeftLeases:
    """Those of one process; its methods may be called by any thread."""

    _left: list[Sequence[Lease]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, leases: Sequence[Lease]) -> None:
        """Leases of one scope under which nothing works any more."""
        with self._lock:
            self._left.append(leases)

    def give_back(self, now: datetime) -> None:
        """All of them; those that another worker has by now are left alone. Raises `LedgerError`, and keeps them then."""
        with self._lock:
            left, self._left = self._left, []
        for number, leases in enumerate(left):
            try:
                with transaction("lease"):
                    lease.release_all(leases, now)
            except Exception:
                with self._lock:
                    self._left += left[number:]
                raise
