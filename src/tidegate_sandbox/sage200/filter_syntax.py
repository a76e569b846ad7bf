"""The grammar of ``$filter``: a small recursive-descent reader (contract §6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from tidegate_sandbox.sage200.problem import ApplicationProblem

Literal = str | Decimal | bool | date | datetime | None
OPERATORS = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
FUNCTIONS = frozenset({"contains", "startswith", "endswith"})
DEEPEST = 50

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*')
      | (?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?(?:Z|[+-]\d\d:\d\d)?)
      | (?P<day>\d{4}-\d\d-\d\d)
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_./]*)
      | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``field op value``."""

    field: str
    operator: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Match:
    """``function(field,'text')``; ``wanted`` false for ``... eq false``."""

    function: str
    field: str
    text: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Not:
    """``not term`` (A)."""

    term: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of the terms."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of the terms."""

    terms: tuple[Node, ...]


Node = Comparison | Match | Not | And | Or


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def bad_filter(text: str) -> ApplicationProblem:
    """The refusal of a query that cannot be understood: a problem with the request (C)."""
    return ApplicationProblem(400, f"There is a problem with the request: {text}")


def read_moment(text: str) -> datetime:
    """A date-time in UTC with ``Z``. Raises ValueError for anything else."""
    if not text.endswith("Z"):
        raise ValueError("a date-time must be UTC and end with Z")
    whole, _, fraction = text[:-1].partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    return moment.replace(microsecond=int((fraction + "000000")[:6])) if fraction else moment


def parse(text: str) -> Node:
    """The tree of a filter. Raises ApplicationProblem 400 for bad syntax."""
    reader = _Reader(_tokens(text))
    node = reader.expression()
    if reader.peek.kind != "end":
        raise bad_filter(f"unexpected '{reader.peek.text}' at position {reader.peek.at} of the filter.")
    return node


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    end = len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at, end)
        if found is None or found.lastgroup is None:
            raise bad_filter(f"syntax error at position {at} of the filter.")
        tokens.append(_Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
        at = found.end()
    if not tokens:
        raise bad_filter("the filter is empty.")
    tokens.append(_Token("end", "", end))
    return tokens


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def peek(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        if token.kind != "end":
            self._at += 1
        return token

    def _word(self, word: str) -> bool:
        if self.peek.kind == "name" and self.peek.text == word:
            self._at += 1
            return True
        return False

    def _mark(self, mark: str) -> None:
        token = self._next()
        if token.kind != "mark" or token.text != mark:
            raise bad_filter(f"'{mark}' expected at position {token.at} of the filter.")

    def expression(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise bad_filter("the filter is nested too deeply.")
        terms = [self._conjunction()]
        while self._word("or"):
            terms.append(self._conjunction())
        self._depth -= 1
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def _conjunction(self) -> Node:
        terms = [self._term()]
        while self._word("and"):
            terms.append(self._term())
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _term(self) -> Node:
        if self.peek.text == "(" and self.peek.kind == "mark":
            self._at += 1
            node = self.expression()
            self._mark(")")
            return node
        token = self._next()
        if token.kind != "name":
            raise bad_filter(f"a field expected at position {token.at} of the filter.")
        if token.text == "not":
            self._depth += 1
            if self._depth > DEEPEST:
                raise bad_filter("the filter is nested too deeply.")
            term = self._term()
            self._depth -= 1
            return Not(term)
        if token.text in FUNCTIONS:
            return self._function(token.text)
        operator = self._next()
        if operator.kind != "name" or operator.text not in OPERATORS:
            raise bad_filter(f"an operator expected at position {operator.at} of the filter.")
        return Comparison(token.text, operator.text, self._literal())

    def _function(self, name: str) -> Node:
        self._mark("(")
        field = self._next()
        if field.kind != "name":
            raise bad_filter(f"a field expected at position {field.at} of the filter.")
        self._mark(",")
        text = self._next()
        if text.kind != "text":
            raise bad_filter(f"a text in quotes expected at position {text.at} of the filter.")
        self._mark(")")
        wanted = True
        if self._word("eq"):
            value = self._next()
            if value.text not in ("true", "false"):
                raise bad_filter(f"true or false expected at position {value.at} of the filter.")
            wanted = value.text == "true"
        return Match(name, field.text, _unquoted(text.text), wanted)

    def _literal(self) -> Literal:
        token = self._next()
        try:
            match token.kind:
                case "text":
                    return _unquoted(token.text)
                case "number":
                    return Decimal(token.text)
                case "day":
                    return date.fromisoformat(token.text)
                case "moment":
                    return read_moment(token.text)
                case "name" if token.text in ("true", "false"):
                    return token.text == "true"
                case "name" if token.text == "null":
                    return None
        except ValueError as error:
            raise bad_filter(f"'{token.text}' is no value: {error}.") from None
        raise bad_filter(f"a value expected at position {token.at} of the filter.")


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'")
