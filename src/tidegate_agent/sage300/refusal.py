"""What a call of the gateway was refused for, in the words of its contract."""

from __future__ import annotations

import dataclasses
from typing import Literal, NamedTuple

FaultClass = Literal[
    "validation",
    "duplicate",
    "not_found",
    "conflict",
    "locked",
    "seat_limit",
    "auth",
    "format",
    "unavailable",
]


class Message(NamedTuple):
    """One message of Sage."""

    text: str
    priority: str = "Message"
    source: str = ""
    code: str = ""


@dataclasses.dataclass(eq=False)
class Refused(Exception):
    """Nothing was stored. ``kind`` is the class of the fault; ``line`` counts the details from 1; ``code`` is what the view returned last."""

    kind: FaultClass
    text: str
    view: str = ""
    field: str = ""
    line: int | None = None
    retry_after: int | None = None
    messages: list[Message] = dataclasses.field(default_factory=list)
    code: int = 0

    def __str__(self) -> str:
        return self.text


class InDoubt(Exception):
    """A document may have been stored, and nobody can say: the hub has to look it up before it sends it again."""
