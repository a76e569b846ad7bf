"""Which configuration all workers of this ledger share: its digest. Who has another one does not work."""

from __future__ import annotations

from datetime import datetime

from tidegate.ledger import marks
from tidegate.ledger.database import inside, where
from tidegate.ledger.faults import LedgerError

NAME = "configuration"


class OtherConfiguration(LedgerError):
    """The workers of this ledger share another configuration."""


def agree(digest: str, now: datetime, *, replace: bool = False) -> None:
    """Take part with this configuration; the first worker, and `replace`, say which one it is. In a transaction."""
    inside(now)
    if replace or marks.read(NAME) is None:
        marks.write(NAME, digest, now)
    check(digest)


def check(digest: str) -> None:
    """Raise `OtherConfiguration` when the ledger names another one."""
    shared = marks.read(NAME)
    if shared != digest:
        raise OtherConfiguration(
            f"{where()}: the workers of this ledger share another configuration ({(shared or 'none')[:12]}) than "
            f"this one ({digest[:12]}). Bring this machine's file up to date. If this file is the new one, start "
            "one worker with --new-configuration: those with the former one stop by themselves."
        )
