"""What is counted of simulated weeks: of one, and over many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(kw_only=True)
class Counts:
    """Figures, faults by name, and the promises that were broken."""

    orders: int = 0
    cycles: int = 0
    deaths: int = 0
    lost: int = 0
    doubled: int = 0
    unexplained: int = 0
    shipments: int = 0
    invoices: int = 0
    payments: int = 0
    credits: int = 0
    stock_writes: int = 0
    price_writes: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    faults_by_call: Counter[str] = field(default_factory=Counter)  #: by "kind METHOD path"
    injections: Counter[str] = field(default_factory=Counter)  #: by "kind of fault @ kind of call"
    by_state: Counter[str] = field(default_factory=Counter)  #: by "kind of fault @ flow @ state of a record"
    violations: list[dict[str, Any]] = field(default_factory=list)

    def add_up(self, other: Counts) -> None:
        """Add figures and faults of the other; which week broke a promise, only the caller knows."""
        for one in fields(Counts):
            if one.name != "violations":
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
