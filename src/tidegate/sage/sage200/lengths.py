"""Texts in the lengths that Sage 200 documents: free text is cut, what identifies something never is.

Sage answers 400 to a text that is too long (contract §7, A). Lengths are counted as the database behind
it counts them, in UTF-16 units: most emoji count twice.
"""

from __future__ import annotations

import re
import textwrap

from tidegate.domain.errors import Code, Failure

_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


def units(value: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def cut(value: str, limit: int) -> str:
    """Free text in at most `limit` units, without control characters and blanks around it."""
    value = _CONTROLS.sub(" ", value.replace("\r\n", "\n")).strip()
    while units(value) > limit:
        value = value[: -max(1, (units(value) - limit) // 2)]
    return value.rstrip()


def one_line(value: str, limit: int) -> str:
    """Free text on one line."""
    return cut(" ".join(value.split()), limit)


def address_lines(street: tuple[str, ...], width: int = 60, count: int = 4) -> list[str]:
    """A street in exactly `count` lines; long ones are wrapped, what does not fit is cut."""
    lines = [part for line in street for part in textwrap.wrap(" ".join(line.split()), width)]
    if len(lines) > count:
        lines = [*lines[: count - 1], " ".join(lines[count - 1 :])]
    return [cut(line, width) for line in lines] + [""] * (count - len(lines))


class Codes:
    """Checks identifying texts while a payload is built, and gathers those that do not fit."""

    def __init__(self) -> None:
        self._problems: list[str] = []

    def check(self, name: str, value: str, limit: int) -> str:
        """The text without blanks around it; noted when it is longer than `limit`."""
        value = value.strip()
        if units(value) > limit:
            self._problems.append(f"{name} {value!r} has {units(value)} characters, Sage takes {limit}")
        return value

    def failure(self) -> Failure | None:
        """TOO_LONG with everything that does not fit; None when all does."""
        if not self._problems:
            return None
        return Failure(Code.TOO_LONG, "; ".join(self._problems), sent=False)
