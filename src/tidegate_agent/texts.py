"""What a text of Sage means: record lock, closed company, no seat, no right, or a value refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

Meaning = Literal["record_locked", "seat_limit", "locked", "auth", "validation", "unavailable"]
Stage = Literal["session", "value"]


class Texts:
    """The patterns of one site: its own first, then those of the product; the first that matches decides."""

    def __init__(self, own: Iterable[tuple[str, str]], usual: Iterable[tuple[str, str]]) -> None:
        self._patterns = tuple(
            (meaning, re.compile(pattern, re.IGNORECASE)) for meaning, pattern in (*own, *usual)
        )

    def meaning_of(self, text: str, stage: Stage) -> tuple[Meaning, bool]:
        """(what the text means, whether it was known).

        An unknown text is ``validation`` where a value was refused and ``unavailable`` while a session is opened.
        """
        for meaning, pattern in self._patterns:
            if pattern.search(text):
                return meaning, True  # type: ignore[return-value]
        return ("validation" if stage == "value" else "unavailable"), False


def matches(text: str, patterns: Sequence[str]) -> bool:
    """Whether a text is one of those that the site lists."""
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
