"""A consent that was granted, with the keys that it brought about (contract sections 3 and 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tidegate_sandbox.sage50.registry import Application

State = Literal["connected", "withdrawn", "lost"]


@dataclass(slots=True, eq=False)
class Key:
    """An API key. ``superseded``: its successor was used, so that it is worth nothing any more."""

    text: str
    expires_at: datetime
    superseded: bool = False
    successor: Key | None = None


@dataclass(slots=True, eq=False)
class Connection:
    """One application, allowed into one domain of one Sage 50 installation."""

    application: Application
    domain: str
    installation_id: str
    secret: str
    granted_at: datetime
    initial: Key
    current: Key  #: the newest key that was used; until then the initial one
    state: State = "connected"
