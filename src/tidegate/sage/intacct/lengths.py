"""Texts in the lengths that Intacct keeps: what identifies something is never cut; free text is, and said in full elsewhere.

Lengths count characters (A).
"""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.errors import Code, Failure


def one_line(value: str, limit: int) -> str:
    """Free text on one line, as far as it fits."""
    return " ".join(value.split())[:limit].rstrip()


def wrapped(value: str, width: int) -> list[str]:
    """A text on lines of at most `width` characters, parted between words; a longer word is parted itself."""
    lines: list[str] = []
    for word in value.split():
        while word:
            if lines and len(lines[-1]) + 1 + len(word) <= width:
                lines[-1], word = f"{lines[-1]} {word}", ""
            else:
                lines.append(word[:width])
                word = word[width:]
    return lines


def street_lines(street: Sequence[str], width: int, count: int) -> tuple[list[str], str]:
    """A street on at most `count` lines, and what does not fit.

    Each line of the street keeps a line of its own where there is room; else the whole is wrapped together.
    """
    lines = [part for line in street for part in wrapped(line, width)]
    if len(lines) > count:
        lines = wrapped(", ".join(" ".join(line.split()) for line in street if line.strip()), width)
    return lines[:count], " ".join(lines[count:])


class Codes:
    """Checks identifying texts while a payload is built, and gathers those that do not fit."""

    def __init__(self) -> None:
        self._problems: list[str] = []
        self.over: list[str] = []  #: free texts that did not fit, each in full and by name

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
