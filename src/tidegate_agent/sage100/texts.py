"""What a text of Sage means: record lock, closed company, no seat, no right, or a value refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from tidegate_agent.sage100.names import TEXTS

Meaning = Literal["record_locked", "seat_limit", "locked", "auth", "validation", "unavailable"]
Stage = Literal["session", "value"]

_PATTERNS = tuple((meaning, re.compile(pattern, re.IGNORECASE)) for meaning, pattern in TEXTS)


def meaning_of(text: str, stage: Stage) -> tuple[Meaning, bool]:
    """(what the text means, whether it was known).

    An unknown text is ``validation`` where a value was refused and ``unavailable`` while a session is opened.
    """
    for meaning, pattern in _PATTERNS:
        if pattern.search(text):
            return meaning, True  # type: ignore[return-value]
    return ("validation" if stage == "value" else "unavailable"), False


def matches(text: str, patterns: Sequence[str]) -> bool:
    """Whether a text is one of those that the site lists."""
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
