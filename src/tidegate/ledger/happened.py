"""Lines for the log about what the ledger records: written when it is committed, and only then."""

from __future__ import annotations

from typing import Any

import structlog

from tidegate.ledger.database import when_committed

log = structlog.get_logger()


def info(event: str, **fields: Any) -> None:
    """Something ended well."""
    when_committed(lambda: log.info(event, **fields))


def warning(event: str, **fields: Any) -> None:
    """Log what somebody should look at."""
    when_committed(lambda: log.warning(event, **fields))


def error(event: str, **fields: Any) -> None:
    """Log that work has stopped until somebody acts."""
    when_committed(lambda: log.error(event, **fields))


def record(event: str, *, code: str, **fields: Any) -> None:
    """One record waits: for a person (`review`), or for something that is missing (`hold`)."""
    warning(event, **{name: value for name, value in {**fields, "code": code}.items() if value})
