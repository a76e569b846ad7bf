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
            f"{where()}: the other workers of this ledger use another configuration ("
            f"{(shared or 'none')[:12]}) than this machine ({digest[:12]}). Update this machine's file. If "
            "this file is the new one, start one worker with --new-configuration: workers with the old "
            "file stop by themselves."
        )
