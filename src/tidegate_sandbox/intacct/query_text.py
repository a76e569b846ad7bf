"""The SQL-like text of `readByQuery` (contract §5.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tidegate_sandbox.intacct.condition import (
    Condition,
    among,
    comparison,
    empty,
    every,
    like,
    negated,
    some,
)
from tidegate_sandbox.intacct.failure import FunctionFailure, bad_request
from tidegate_sandbox.intacct.object_type import ObjectType

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:\\'|''|[^'])*')|(?P<sign><=|>=|!=|<>|=|<|>|\(|\)|,)|(?P<word>[^\s()<>=!,']+))"
)


def read_query(text: str, type: ObjectType, docparid: str) -> Condition:
    """A condition of a query's text; all records for an empty one. FunctionFailure ``DL02000001``."""
    if not text.strip():
        return every([])
    reader = _Reader(text, type, docparid)
    found = reader.either()
    if reader.token is not None:
        raise reader.failure()
    return found


class _Reader:
    def __init__(self, text: str, type: ObjectType, docparid: str) -> None:
        self._text, self._type, self._docparid = text, type, docparid
        self._tokens = self._split(text)
        self.token: tuple[str, str] | None = None
        self._next()

    def _split(self, text: str) -> Iterator[tuple[str, str]]:
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise self.failure()
            yield match.lastgroup, match[match.lastgroup]
            at = match.end()

    def _next(self) -> None:
        self.token = next(self._tokens, None)

    def failure(self) -> FunctionFailure:
        return bad_request(f"The query cannot be read: {self._text}")

    def _word(self, word: str) -> bool:
        if self.token is not None and self.token[0] == "word" and self.token[1].upper() == word:
            self._next()
            return True
        return False

    def _sign(self, sign: str) -> bool:
        if self.token == ("sign", sign):
            self._next()
            return True
        return False

    def either(self) -> Condition:
        parts = [self._both()]
        while self._word("OR"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else some(parts)

    def _both(self) -> Condition:
        parts = [self._one()]
        while self._word("AND"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else every(parts)

    def _one(self) -> Condition:
        if self._sign("("):
            found = self.either()
            if not self._sign(")"):
                raise self.failure()
            return found
        if self.token is None or self.token[0] != "word":
            raise self.failure()
        name = self.token[1]
        field = self._type.field(name, self._docparid)
        self._next()
        if self._word("IS"):
            without = self._word("NOT")
            if not self._word("NULL"):
                raise self.failure()
            return negated(empty(field)) if without else empty(field)
        without = self._word("NOT")
        if self._word("LIKE"):
            found = like(field, self._value(), folded=False)
            return negated(found) if without else found
        if self._word("IN"):
            found = among(name, field, self._values(), folded=False)
            return negated(found) if without else found
        if without or self.token is None or self.token[0] != "sign" or self.token[1] in "(),":
            raise self.failure()
        operator = {"<>": "!="}.get(self.token[1], self.token[1])
        self._next()
        return comparison(name, field, operator, self._value(), folded=False)

    def _value(self) -> str:
        if self.token is None or self.token[0] == "sign":
            raise self.failure()
        kind, text = self.token
        self._next()
        return text[1:-1].replace("\\'", "'").replace("''", "'") if kind == "text" else text

    def _values(self) -> list[str]:
        if not self._sign("("):
            raise self.failure()
        found = [self._value()]
        while self._sign(","):
            found.append(self._value())
        if not self._sign(")"):
            raise self.failure()
        return found
