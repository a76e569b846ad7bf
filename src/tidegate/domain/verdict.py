"""What is decided about one delivery after one try: data that the ledger carries out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Verdict:
    """One transition of one delivery.

    `letter` is the transition of `domain.states`. `counted` says whether the failure counts
    towards the alert threshold. `waits_for` is `kind:name` for held deliveries. `due_at` is the
    earliest next try (aware UTC), None = at once in the next cycle. `total` is the target's own
    total after tax, `target_kind` what kind of document it made of an order.
    """

    delivery_id: int
    letter: str
    attempt_id: int | None = None
    counted: bool = False
    code: str = ""
    text: str = ""
    waits_for: str = ""
    due_at: datetime | None = None
    target_id: str = ""
    target_number: str = ""
    target_status: str = ""
    target_kind: str = ""
    total: Decimal | None = None
    adopted: bool = False
    links: tuple[tuple[str, str, str], ...] = field(default=())  #: (kind, identifier, number) for the chain
