"""Texts that identify something are never cut: what is longer than its field is refused by name."""

from __future__ import annotations

from collections.abc import Callable

from tidegate.domain.errors import Code, Failure


class IdentifyingTexts:
    """Checks such texts while a payload is built, and gathers those that do not fit.

    `taker` is who takes them, in words; `length` counts a text as its database does.
    """

    def __init__(self, taker: str, length: Callable[[str], int]) -> None:
        self._taker = taker
        self._length = length
        self._problems: list[str] = []

    def check(self, name: str, value: str, limit: int) -> str:
        """The text without blanks around it; noted when it is longer than `limit`."""
        value = value.strip()
        length = self._length(value)
        if length > limit:
            self.refuse(f"{name} {value!r} has {length} characters, but {self._taker} allows {limit}")
        return value

    def refuse(self, problem: str) -> None:
        """Note what cannot be sent for another reason than one text's length."""
        self._problems.append(problem)

    def failure(self) -> Failure | None:
        """TOO_LONG with everything that does not fit; None when all does."""
        if not self._problems:
            return None
        return Failure(Code.TOO_LONG, "; ".join(self._problems), sent=False)
