"""One Sage 50 on a customer's desktop computer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.sage50.order_book import OrderBook
from tidegate_sandbox.sage50.power import Power
from tidegate_sandbox.sage50.scope_files import DOWNLOADED
from tidegate_sandbox.sage50.uploads import Upload

PRODUCT = "Sage 50"


@dataclass(slots=True, eq=False)
class Work:
    """An upload that Sage 50 is working through, and when it will be done."""

    upload: Upload
    done_at: datetime
    results: list[dict[str, Any]] = field(
        default_factory=list
    )  #: of the orders that were worked through already


@dataclass(slots=True, eq=False)
class Installation:
    """A company on a computer that may be off; how often it uploads and fetches, in minutes."""

    id: str
    company: Company
    book: OrderBook
    power: Power
    upload_minutes: dict[str, float] = field(default_factory=lambda: dict.fromkeys(DOWNLOADED, 60.0))
    fetch_minutes: float = 15
    uploaded_at: dict[str, datetime] = field(default_factory=dict)
    uploaded_sha256: dict[str, str] = field(default_factory=dict)
    fetched_at: datetime | None = None
    work: list[Work] = field(default_factory=list)

    def describe(self, *, shortly: bool = False) -> dict[str, Any]:
        """As the platform names it in its messages."""
        if shortly:
            return {"id": self.id}
        return {"id": self.id, "name": self.company.name, "product": PRODUCT}
