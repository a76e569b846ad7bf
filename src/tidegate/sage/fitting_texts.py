"""Free texts in fields that count characters: as far as they fit, and said in full elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.sage.identifying_texts import IdentifyingTexts


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


class FittingTexts(IdentifyingTexts):
    """Checks identifying texts while a payload is built; `over` gathers free texts that did not fit, in full by name."""

    def __init__(self, taker: str) -> None:
        super().__init__(taker, len)
        self.over: list[str] = []

    def free(self, name: str, value: str, limit: int) -> str:
        """Free text, as far as it fits; the whole is kept aside where it does not."""
        text = " ".join(value.split())
        if len(text) > limit:
            self.over.append(f"{name}: {text}")
        return text[:limit].rstrip()
