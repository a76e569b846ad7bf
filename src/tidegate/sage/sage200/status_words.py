"""Statuses of Sage 200's documents in the domain's words; the wire's own never leave this package."""

from __future__ import annotations

from typing import Final

from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus

COMPLETE: Final = "EnumDocumentStatusComplete"
CANCELLED: Final = "EnumDocumentStatusCancelled"
_WORDS: Final = {
    "EnumDocumentStatusLive": SalesOrderStatus.LIVE,
    "EnumDocumentStatusPrinted": SalesOrderStatus.LIVE,
    "EnumDocumentStatusOnHold": SalesOrderStatus.ON_HOLD,
    "EnumDocumentStatusDispute": SalesOrderStatus.ON_HOLD,
    "EnumDocumentStatusDraft": SalesOrderStatus.ON_HOLD,
    COMPLETE: SalesOrderStatus.COMPLETE,
    CANCELLED: SalesOrderStatus.CANCELLED,
}


def status_of(wire: str) -> SalesOrderStatus | None:
    """The domain's word for a status on the wire; None for one that is absent, or newer than this table."""
    return _WORDS.get(wire)
