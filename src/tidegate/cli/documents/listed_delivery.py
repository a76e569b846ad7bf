"""One delivery, as every document that lists deliveries has it."""

from __future__ import annotations

from datetime import datetime

from tidegate.cli.documents.shape import Shape
from tidegate.domain.states import State


class ListedDelivery(Shape):
    """Where it is and what the target has made of it; amounts are decimal texts, instants UTC."""

    id: int
    connection: str
    flow: str
    step: str
    label: str
    key: str
    store: str
    entity_id: int | None
    state: State
    failures: int
    code: str
    reason: str
    waits_for: str
    due_at: datetime | None
    created_at: datetime | None
    changed_at: datetime
    age_seconds: int
    target_id: str
    target_number: str
    target_status: str
    target_kind: str
    target_total: str | None
    adopted: bool
