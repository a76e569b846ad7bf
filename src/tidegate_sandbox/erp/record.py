"""What every stored thing of the company has: an id, when it was made and changed, and loose values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True, kw_only=True, eq=False)
class Record:
    """A stored thing. ``extra`` holds values that mean something only to a face (custom fields)."""

    id: int
    created_at: datetime
    updated_at: datetime
    extra: dict[str, Any] = field(default_factory=dict)
