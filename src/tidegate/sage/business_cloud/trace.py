"""Our key and the keys of our lines, as written in a document's notes: there are no custom fields (contract §9).

The document's reference is the order's number, which users see and which is searched for; whose it is, the last line
of the notes says. A document without it, or with another one, is not ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

PREFIX = "magento:"  #: how every key begins (`domain.orders.keys.order_key`)
NONE = "-"
_TRACE = re.compile(r"(?m)^(?P<key>magento:\S+)(?P<lines>(?: \S+)*)\s*$")


@dataclass(frozen=True, slots=True)
class Trace:
    """What the notes say: our key, and the key of every line as it was sent, "" for a line without one."""

    key: str
    lines: tuple[str, ...] = ()


def written(key: str, lines: Sequence[str], room: int) -> str:
    """The last line of the notes. Where the lines' keys do not fit, they are left out: lines are then known by product."""
    whole = " ".join([key, *(line or NONE for line in lines)])
    return whole if len(whole) <= room else key


def trace_of(notes: str) -> Trace | None:
    """The last trace of some notes; None without one."""
    found = list(_TRACE.finditer(notes))
    if not found:
        return None
    lines = tuple("" if word == NONE else word for word in found[-1]["lines"].split())
    return Trace(found[-1]["key"], lines)
