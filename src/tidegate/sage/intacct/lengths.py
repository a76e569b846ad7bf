"""Texts in the lengths that Intacct keeps: what identifies something is never cut; free text is, and said in full elsewhere.

Lengths count characters (A).
"""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure


def one_line(value: str, limit: int) -> str:
    """Free text on one line, as far as it fits."""
    return " ".join(value.split())[:limit].rstrip()


class Codes:
    """Checks identifying texts while a payload is built, and gathers those that do not fit."""

    def __init__(self) -> None:
        self._problems: list[str] = []

    def check(self, name: str, value: str, limit: int) -> str:
        """The text without blanks around it; noted when it is longer than `limit`."""
        value = value.strip()
        if len(value) > limit:
            self._problems.append(f"{name} {value!r} has {len(value)} characters, Intacct takes {limit}")
        return value

    def refuse(self, problem: str) -> None:
        """Note what cannot be sent for another reason than one text's length."""
        self._problems.append(problem)

    def failure(self) -> Failure | None:
        """TOO_LONG with everything that does not fit; None when all does."""
        if not self._problems:
            return None
        return Failure(Code.TOO_LONG, "; ".join(self._problems), sent=False)
