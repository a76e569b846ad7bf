"""The grammar of ``$filter`` as the vendor lists it (contract §3): no `not`, and by default no parentheses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from tidegate_sandbox.sage300.options import Options
from tidegate_sandbox.sage300.problem import Problem

Get = Callable[[str], Any]
"""A property of a record by its name."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<quoted>datetime'[^']*')
      | (?P<text>'(?:[^']|'')*')
      | (?P<moment>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)
      | (?P<number>-?\d+(?:\.\d+)?[mM]?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_./]*)
      | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda one, other: bool(one == other),
    "ne": lambda one, other: bool(one != other),
    "gt": lambda one, other: bool(one > other),
    "lt": lambda one, other: bool(one < other),
    "le": lambda one, other: bool(one <= other),
    "ge": lambda one, other: bool(one >= other),
}
_FUNCTIONS = ("substringof", "startswith", "endswith", "contains")


@dataclass(frozen=True, slots=True)
class Term:
    """``property op value`` or a function of a property and a text."""

    field: str
    operator: str
    value: Any

    def holds(self, get: Get) -> bool:
        """Whether a record meets it. InvalidParameters for values that cannot be compared."""
        found = get(self.field)
        compare = _OPERATORS.get(self.operator)
        if compare is None:
            text, part = str(found or ""), str(self.value)
            if self.operator == "startswith":
                return text.startswith(part)
            return text.endswith(part) if self.operator == "endswith" else part in text
        if found is None:
            found = "" if isinstance(self.value, str) else None
        if found is None or self.value is None:
            return (found is self.value) is (self.operator == "eq")
        try:
            return compare(_plain(found), _plain(self.value))
        except TypeError:
            raise Problem("InvalidParameters", f"The value of {self.field} has another type.") from None


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.date()
    return value


@dataclass(frozen=True, slots=True)
class Filter:
    """Alternatives of terms that hold together."""

    alternatives: tuple[tuple[Term, ...], ...]

    def holds(self, get: Get) -> bool:
        """Whether a record meets one of them."""
        for terms in self.alternatives:  # plain loops: a list asks this of each of its records
            for term in terms:
                if not term.holds(get):
                    break
            else:
                return True
        return False

    def equals(self, field: str) -> list[Any] | None:
        """The values of a property that any record must have one of; None where it may have others."""
        found = []
        for terms in self.alternatives:
            named = [term.value for term in terms if term.field == field and term.operator == "eq"]
            if not named:
                return None
            found.append(named[0])
        return found


class _Token(NamedTuple):
    kind: str
    text: str


def parse(text: str, known: Callable[[str], bool], options: Options) -> Filter:
    """A filter over the properties that are ``known``. Problem InvalidParameters for what it does not take."""
    return Filter(tuple(_Reader(list(_tokens(text)), known, options).alternatives(0)))


def _bad(why: str) -> Problem:
    return Problem("InvalidParameters", f"The filter is invalid: {why}")


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at, end)
        if found is None or found.lastgroup is None:
            raise _bad(f"syntax error at position {at}.")
        yield _Token(found.lastgroup, found[found.lastgroup])
        at = found.end()


class _Reader:
    def __init__(self, tokens: list[_Token], known: Callable[[str], bool], options: Options) -> None:
        self._tokens = tokens
        self._at = 0
        self._known = known
        self._options = options

    def _next(self) -> _Token:
        if self._at >= len(self._tokens):
            raise _bad("it ends too early.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _is(self, word: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at].text == word:
            self._at += 1
            return True
        return False

    def alternatives(self, depth: int) -> list[tuple[Term, ...]]:
        found = self._together(depth)
        while self._is("or"):
            found += self._together(depth)
        if depth == 0 and self._at < len(self._tokens):
            raise _bad(f"'{self._tokens[self._at].text}' is unexpected.")
        return found

    def _together(self, depth: int) -> list[tuple[Term, ...]]:
        found = self._factor(depth)
        while self._is("and"):
            others = self._factor(depth)
            found = [(*one, *other) for one in found for other in others]
        return found

    def _factor(self, depth: int) -> list[tuple[Term, ...]]:
        if self._is("("):
            if not self._options.parentheses or depth > 5:
                raise _bad("parentheses are not supported.")
            found = self.alternatives(depth + 1)
            if not self._is(")"):
                raise _bad("')' is missing.")
            return found
        return [(self._term(),)]

    def _term(self) -> Term:
        token = self._next()
        if token.kind != "name":
            raise _bad(f"'{token.text}' is no property.")
        if token.text in _FUNCTIONS and (token.text != "contains" or self._options.parentheses):
            return self._function(token.text)
        operator = self._next().text
        if operator not in _OPERATORS or (operator == "ge" and not self._options.ge_supported):
            raise _bad(f"'{operator}' is no operator.")
        return Term(self._property(token.text), operator, self._value())

    def _property(self, name: str) -> str:
        if not self._known(name):
            raise _bad(f"there is no property {name}.")
        return name

    def _function(self, name: str) -> Term:
        if not self._is("("):
            raise _bad("'(' is missing.")
        first = self._next()
        if not self._is(","):
            raise _bad("',' is missing.")
        second = self._next()
        if not self._is(")"):
            raise _bad("')' is missing.")
        field, text = (second, first) if name == "substringof" else (first, second)
        if text.kind != "text":
            raise _bad("a text is missing.")
        return Term(self._property(field.text), name, _unquoted(text.text))

    def _value(self) -> Any:
        token = self._next()
        wanted = self._options.date_literals
        match token.kind:
            case "text":
                return _unquoted(token.text)
            case "number":
                return Decimal(token.text.rstrip("mM"))
            case "moment" if wanted != "quoted":
                return _day(token.text)
            case "quoted" if wanted != "bare":
                return _day(token.text[9:-1])
            case "name" if token.text in ("true", "false"):
                return token.text == "true"
        raise _bad(f"'{token.text}' is no value.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise _bad(f"'{text}' is no date.") from None


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'")
