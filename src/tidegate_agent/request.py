"""Checked reading of request bodies: unknown fields are refused, amounts are texts (contract section 12.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from tidegate_agent.failure import Failure

T = TypeVar("T")


class Body:
    """One object of a request, taken field by field; ``done`` refuses what nobody took."""

    def __init__(self, given: Any, path: str = "") -> None:
        if not isinstance(given, Mapping):
            raise Failure("format", f"'{path or 'body'}' must be an object")
        self._given = dict(given)
        self._path = path

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def wrong(self, name: str, what: str) -> Failure:
        """That a field breaks the schema."""
        return Failure("format", f"'{self._at(name)}' {what}")

    def text(self, name: str, default: str | None = None, *, most: int = 250) -> str:
        """A text; null counts as not given."""
        value = self._given.pop(name, None)
        if value is None:
            if default is None:
                raise self.wrong(name, "is missing")
            return default
        if not isinstance(value, str) or len(value) > most:
            raise self.wrong(name, f"must be a text of at most {most} characters")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self._given.pop(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "must be true or false")
        return value

    def amount(self, name: str, default: str | None = None) -> Decimal:
        """An amount or quantity, given as a text."""
        text = self.text(name, default, most=30)
        try:
            found = Decimal(text)
        except InvalidOperation:
            raise self.wrong(name, "must be a number in quotes") from None
        if not found.is_finite():
            raise self.wrong(name, "must be a number in quotes")
        return found

    def maybe_amount(self, name: str) -> Decimal | None:
        """An amount, or None where it is null or not given."""
        if self._given.get(name) is not None:
            return self.amount(name)
        self._given.pop(name, None)
        return None

    def day(self, name: str) -> date:
        """A date."""
        return self._day(name, self.text(name, most=10))

    def maybe_day(self, name: str) -> date | None:
        """A date, or None."""
        text = self.text(name, "", most=10)
        return self._day(name, text) if text else None

    def _day(self, name: str, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.wrong(name, "must be a date: 2026-03-02") from None

    def each(self, name: str, read: Callable[[Body], T], *, least: int = 0, most: int = 50) -> list[T]:
        """A list of objects."""
        value = self._given.pop(name, [])
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise self.wrong(name, f"must be a list of {least} to {most}")
        return [read(Body(one, f"{self._at(name)}[{place}]")) for place, one in enumerate(value)]

    def texts(self, name: str, most: int) -> list[str]:
        """A list of texts."""
        value = self._given.pop(name, None) or []
        if not isinstance(value, list) or len(value) > most or not all(isinstance(one, str) for one in value):
            raise self.wrong(name, f"must be a list of at most {most} texts")
        return value

    def table(self, name: str) -> dict[str, str]:
        """Texts by name."""
        value = self._given.pop(name, None) or {}
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise self.wrong(name, "must be an object of texts")
        return value

    def part(self, name: str) -> Body | None:
        """An object within, or None where it is null or not given."""
        value = self._given.pop(name, None)
        return Body(value, self._at(name)) if value is not None else None

    def done(self) -> None:
        """Failure ``format`` for fields that nobody knows."""
        if self._given:
            raise Failure("format", f"unknown field '{self._at(sorted(self._given)[0])}'")
