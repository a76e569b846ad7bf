"""Texts in the lengths that Sage 200 documents: what identifies something is never cut, nothing in silence.

Free text that does not fit its field is written in full on a memo.

Sage answers 400 to a text that is too long (contract §7, A). Lengths are counted as the database behind
it counts them, in UTF-16 units: most emoji count twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tidegate.sage.identifying_texts import IdentifyingTexts

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


def wrapped(value: str, width: int) -> list[str]:
    """A text on lines of at most `width` units, parted between words; a longer word is parted itself."""
    lines: list[str] = []
    line = ""
    for word in cut(value, units(value)).split():
        while word:
            if units(f"{line} {word}" if line else word) <= width:
                line, word = f"{line} {word}" if line else word, ""
            elif line:
                lines.append(line)
                line = ""
            else:
                line = cut(word, width)
                word = word[len(line) :]
    return [*lines, line] if line else lines


def address_lines(street: Sequence[str], width: int = 60, count: int = 4) -> tuple[list[str], str]:
    """A street in exactly `count` lines, and what does not fit.

    Each line of the street keeps a line of its own where there is room; where there is not, the whole is
    wrapped over all lines together.
    """
    lines = [part for line in street for part in wrapped(line, width)]
    if len(lines) > count:
        lines = wrapped(", ".join(" ".join(line.split()) for line in street if line.strip()), width)
    rest = " ".join(lines[count:])
    return (lines[:count] + [""] * count)[:count], rest


class Fitted:
    """Fits free texts into fields, and keeps what did not fit: a memo has it in full. Nothing is lost."""

    def __init__(self) -> None:
        self._over: list[str] = []

    def one_line(self, name: str, value: str, limit: int) -> str:
        """The text on one line, as far as it fits."""
        fitting = one_line(value, limit)
        if fitting != one_line(value, units(value)):
            self._over.append(f"{name}: {' '.join(value.split())}")
        return fitting

    def text(self, name: str, value: str, limit: int) -> str:
        """Fit a text of several lines into a field of `limit` characters."""
        fitting = cut(value, limit)
        if fitting != cut(value, units(value)):
            self._over.append(f"{name}: {value.strip()}")
        return fitting

    def street(self, name: str, street: Sequence[str]) -> list[str]:
        """Four address lines."""
        lines, rest = address_lines(street)
        if rest:
            self._over.append(f"{name}: {', '.join(' '.join(line.split()) for line in street)}")
        return lines

    def notes(self) -> list[str]:
        """What did not fit, each in full and by name; for memos."""
        return [f"Too long for its field. {text}" for text in dict.fromkeys(self._over)]


def text_parts(value: str, limit: int) -> list[str]:
    """A long text in parts of at most `limit` units, between words where there are any: none of it is cut."""
    text = cut(value, units(value))
    return [text] if units(text) <= limit else wrapped(text, limit)


class Codes(IdentifyingTexts):
    """The texts of one record for Sage 200."""

    def __init__(self) -> None:
        super().__init__("Sage", units)
