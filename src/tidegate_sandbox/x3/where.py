"""`where` of REST: comparisons joined by `and` and `or`, with parentheses (contract §6, P/A)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<paren>[()])|'(?P<text>(?:[^']|'')*)'|@(?P<date>[^@]+)@|(?P<number>-?\d+(?:\.\d+)?)(?![\w])|(?P<word>[A-Za-z_]\w*))"
)
OPERATORS = ("eq", "ne", "gt", "ge", "lt", "le", "like")
Record = Callable[[str], Any]


class BadWhere(ValueError):
    """The condition cannot be read."""


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison."""

    field: str
    operator: str
    value: Any

    def holds(self, record: Record) -> bool:
        """Whether a record meets it; nothing equals an absent value."""
        there = record(self.field)
        if self.operator == "like":
            pattern = ".*".join(re.escape(part) for part in str(self.value).split("%"))
            return re.fullmatch(pattern, str(there or ""), re.IGNORECASE | re.DOTALL) is not None
        if there is None:
            return self.operator == "ne"
        if isinstance(self.value, Decimal):
            there = Decimal(str(there))
        else:
            there = str(there)
        match self.operator:
            case "eq":
                return bool(there == self.value)
            case "ne":
                return bool(there != self.value)
            case "gt":
                return bool(there > self.value)
            case "ge":
                return bool(there >= self.value)
            case "lt":
                return bool(there < self.value)
            case _:
                return bool(there <= self.value)


@dataclass(frozen=True, slots=True)
class Both:
    """All hold (``every``), or one of them."""

    parts: tuple[Any, ...]
    every: bool

    def holds(self, record: Record) -> bool:
        """Whether a record meets it."""
        met = (part.holds(record) for part in self.parts)
        return all(met) if self.every else any(met)


Condition = Term | Both


class _Parser:
    def __init__(self, text: str, knows: Callable[[str], bool]) -> None:
        self._tokens: list[tuple[str, str]] = []
        self._knows = knows
        at = 0
        text = text.rstrip()
        while at < len(text):
            found = TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise BadWhere(f"cannot read {text[at : at + 20]!r}")
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()

    def parse(self) -> Condition:
        found = self._either()
        if self._tokens:
            raise BadWhere(f"unexpected {self._tokens[0][1]!r}")
        return found

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._takes("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Both(tuple(parts), every=False)

    def _both(self) -> Condition:
        parts = [self._one()]
        while self._takes("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Both(tuple(parts), every=True)

    def _takes(self, word: str) -> bool:
        if self._tokens and self._tokens[0] == ("word", word):
            self._tokens.pop(0)
            return True
        return False

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise BadWhere("it ends too soon")
        return self._tokens.pop(0)

    def _one(self) -> Condition:
        kind, text = self._next()
        if (kind, text) == ("paren", "("):
            found = self._either()
            if self._next() != ("paren", ")"):
                raise BadWhere("a parenthesis is not closed")
            return found
        _, operator = self._next()
        what, value = self._next()
        if kind != "word" or operator not in OPERATORS or what not in ("text", "date", "number"):
            raise BadWhere(f"cannot compare {text} {operator} {value}")
        if not self._knows(text):
            raise BadWhere(f"{text} is not in the representation")
        if what == "number":
            return Term(text, operator, Decimal(value))
        return Term(text, operator, value.replace("''", "'"))


def parse(text: str, knows: Callable[[str], bool]) -> Condition:
    """A condition. BadWhere for what cannot be read, and for fields that the representation has not."""
    return _Parser(text, knows).parse()


def indexed(condition: Condition, names: Any) -> list[tuple[str, Any]] | None:
    """Equalities one of which every record must meet that meets the condition; None where there is no such list."""
    if isinstance(condition, Term):
        if condition.operator == "eq" and condition.field in names:
            return [(condition.field, condition.value)]
        return None
    found = [indexed(part, names) for part in condition.parts]
    if condition.every:
        return next((one for one in found if one is not None), None)
    if any(one is None for one in found):
        return None
    return [pair for one in found if one is not None for pair in one]
