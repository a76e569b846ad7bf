"""What changed in a stream since it was read last, and how far that brings the reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from tidegate.domain.bad_row import BadRow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Delta(Generic[T]):
    """Rows that are new or changed. Rows may repeat (overlap): the reader must be idempotent.

    `cursor` is opaque and belongs to the room that made it; it is kept in the transaction that keeps
    the rows. `full` says that everything was read: a value without a row no longer exists.
    """

    rows: tuple[T, ...]
    cursor: str
    full: bool = False
    bad: tuple[BadRow, ...] = ()  #: rows that cannot be read; the room asks for them again by itself
    more: bool = False  #: a part of a long first read: the next one may be read at once, from `cursor`
    gone: tuple[
        str, ...
    ] = ()  #: ids of rows that no longer exist, where the product says so; they may repeat
    as_of: datetime | None = None  #: what the rows say was true then, aware UTC; None: just now
