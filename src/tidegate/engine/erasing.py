"""Erasing one customer, or showing what it would change."""

from __future__ import annotations

from datetime import datetime

import structlog

from tidegate.ledger import database, erasure
from tidegate.ledger.database import transaction
from tidegate.ledger.erasure import ErasedCustomer
from tidegate.ledger.faults import LedgerError

log = structlog.get_logger()


class _OnlyShown(Exception):
    """Undoes what was done to be counted."""


def counts(customer: ErasedCustomer, now: datetime) -> dict[str, int]:
    """What an erasure would change, by kind: carried out and undone. Nothing is changed."""
    erased: dict[str, int] = {}
    try:
        with transaction("erase"):
            erased = erasure.erase(customer, "dry run", now)
            raise _OnlyShown
    except _OnlyShown:
        return erased


def erase(customer: ErasedCustomer, actor: str, now: datetime) -> tuple[dict[str, int], str]:
    """(what was changed, why the file may still hold freed pages or ""). Raises ValueError for open deliveries."""
    with transaction("erase"):
        erased = erasure.erase(customer, actor, now)
    log.info(
        "erased",
        connection=customer.connection,
        by=actor,
        **{k.replace(" ", "_"): n for k, n in erased.items()},
    )
    return erased, compact()


def compact() -> str:
    """Have the file forget what was deleted; why it could not, or ""."""
    try:
        return "" if database.compact() else "another process is reading the ledger"
    except LedgerError as error:
        return str(error)
