"""How far a traversal has come: what was seen, what is held back, and up to where nothing is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tidegate.domain.errors import Code, Failure
from tidegate.magento.unreadable_orders import Row, UnreadableOrder

T = TypeVar("T")

Key = tuple[str, int]
"""A row's place in the list's order; the last part is the entity id, so that no two rows tie."""

RELEASE_AFTER = 50
"""So many rows must read well after the last unreadable one before any is named to the caller."""


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """What one step read. All rows of the window up to and with `upto` are read or named as unreadable."""

    rows: list[T] = field(default_factory=list)
    unreadable: list[UnreadableOrder] = field(default_factory=list)
    upto: Key | None = None
    done: bool = False  #: the whole window is read
    failure: Failure | None = None  #: the traversal ends here; nothing behind `upto` counts as read


class Progress(Generic[T]):
    """The state of one traversal.

    Unreadable rows are held back, and the safe place with them, until the traversal has ended well or many
    more rows have been read: when a whole kind of orders breaks at once, that is an outage, and
    no row may have been set aside.
    """

    def __init__(self, read: Callable[[Row], T | Failure], limit: int) -> None:
        self.verified: Key | None = None  #: up to here everything is proved to be read
        self._read = read
        self._limit = limit
        self._seen: dict[int, str] = {}
        self._held: list[UnreadableOrder] = []
        self._barrier: Key | None = None  #: all of `_held` are behind this place; None: the start
        self._good_since = 0
        self._bad = 0

    def take(self, rows: list[Row], cursor: Key | None) -> list[T] | Failure:
        """The rows not seen before, as values. A row that has changed since is seen again."""
        values: list[T] = []
        for row in rows:
            head = row.head
            if self._seen.get(head.entity_id) == head.updated_at:
                continue
            value = self._read(row)
            if isinstance(value, Failure):
                if value.code != Code.MALFORMED:
                    return value
                failure = self.hold(UnreadableOrder(head.entity_id, value.text, value.code), cursor)
                if failure is not None:
                    return failure
            else:
                values.append(value)
                self._good_since += 1
            self._seen[head.entity_id] = head.updated_at
        return values

    def hold(self, one: UnreadableOrder, cursor: Key | None) -> Failure | None:
        """Hold back an unreadable row somewhere behind `cursor`; a failure if it is one too many."""
        self._bad += 1
        if self._bad > self._limit:
            text = (
                f"more than {self._limit} orders of this read cannot be read: the store has a problem, or "
                "the form of its answers has changed. No order was put into review; the last one: "
                f"{one.text}"
            )
            return Failure(Code.SERVER_TROUBLE, text, sent=False)
        if not self._held:
            self._barrier = cursor
        elif self._barrier is not None:  # a stretch that is read again begins before it
            self._barrier = None if cursor is None else min(self._barrier, cursor)
        self._held.append(one)
        self._good_since = 0
        return None

    @property
    def safe(self) -> Key | None:
        """Up to here every row is read, or has been named to the caller."""
        if not self._held or self.verified is None:
            return self.verified
        return None if self._barrier is None else min(self._barrier, self.verified)

    def stretch(self, values: list[T]) -> Stretch[T]:
        """`values`, and what may be released with them."""
        released: list[UnreadableOrder] = []
        if self._good_since >= RELEASE_AFTER:
            released, self._held = self._held, []
        return Stretch(values, released, self.safe)

    def end(self, values: list[T]) -> Stretch[T]:
        """The last stretch of a traversal that went well."""
        held, self._held = self._held, []
        return Stretch(values, held, self.verified, done=True)
