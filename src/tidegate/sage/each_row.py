"""Rows of a list, one by one: what cannot be read harms itself alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from tidegate.domain.bad_row import BadRow
from tidegate.reading.document import Unreadable

R = TypeVar("R")
T = TypeVar("T")


def each_row(
    rows: Iterable[R], make: Callable[[R], T], bad: Callable[[R, Unreadable], BadRow]
) -> tuple[list[T], list[BadRow]]:
    """What could be made of the rows, and those that cannot be read, as `bad` names them."""
    made: list[T] = []
    left: list[BadRow] = []
    for row in rows:
        try:
            made.append(make(row))
        except Unreadable as error:
            left.append(bad(row, error))
    return made, left
