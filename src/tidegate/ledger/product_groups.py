"""The company's product groups (category or division) by its own codes, as they were read last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tidegate.ledger import snapshot
from tidegate.ledger.database import inside

_NAME = "books:groups"  #: a snapshot beside the mirrors


def read(connection: str) -> dict[str, str]:
    """Code -> group; empty before they were read first."""
    return dict(snapshot.read(connection, _NAME).iter_rows())


def keep(connection: str, groups: Mapping[str, str], now: datetime) -> bool:
    """Keep all of them; false when nothing has changed."""
    inside(now)
    if read(connection) == dict(groups):
        return False
    snapshot.write(connection, _NAME, snapshot.frame(groups), now)
    return True
