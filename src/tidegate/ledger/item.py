"""One delivery as the flows see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tidegate.domain.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One delivery as the flows see it; `document` is the source's JSON, `subject` the step's own."""

    id: int
    connection: str
    flow: str
    step: str
    key: str
    label: str
    state: State
    failures: int
    reason_code: str
    reason: str
    waits_for: str
    overruled: frozenset[str]
    due_at: datetime | None
    created_at: datetime
    changed_at: datetime
    subject: str
    target_id: str
    target_number: str
    target_status: str
    target_kind: str  #: of orders: order, invoice, draft, quote
    target_total: Decimal | None
    adopted: bool
    batch_id: int | None
    source_id: int | None
    entity_id: int | None
    store: str
    document: str
    attempt_id: int | None = None  #: in doubt: the attempt without outcome
    attempt_started_at: datetime | None = None
    payload_hash: str = ""
