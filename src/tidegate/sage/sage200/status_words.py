"""Statuses of Sage 200's documents in the domain's words; the wire's own never leave this package."""

from __future__ import annotations

from typing import Final

from tidegate.domain.fulfilment.sage_documents import OrderStanding

COMPLETE: Final = "EnumDocumentStatusComplete"
CANCELLED: Final = "EnumDocumentStatusCancelled"
_WORDS: Final = {
    "EnumDocumentStatusLive": OrderStanding.LIVE,
    "EnumDocumentStatusPrinted": OrderStanding.LIVE,
    "EnumDocumentStatusOnHold": OrderStanding.ON_HOLD,
    "EnumDocumentStatusDispute": OrderStanding.ON_HOLD,
    "EnumDocumentStatusDraft": OrderStanding.ON_HOLD,
    COMPLETE: OrderStanding.COMPLETE,
    CANCELLED: OrderStanding.CANCELLED,
}


def status_of(wire: str) -> OrderStanding | None:
    """The domain's word for a status on the wire; None for one that is absent, or newer than this table."""
    return _WORDS.get(wire)
