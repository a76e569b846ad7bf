"""Statuses of Sage 200's documents in words that people read; the wire's own never leave this package."""

from __future__ import annotations

import re
from typing import Final

_PREFIX: Final = "EnumDocumentStatus"
_BEGINS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def status_word(wire: str) -> str:
    """`EnumDocumentStatusOnHold` as `on hold`; a value that is new is read the same way, so none is lost."""
    return _BEGINS.sub(" ", wire.removeprefix(_PREFIX)).lower()
