"""A lock that is held over calls, and what is done in a pause of the same thread: one never waits for the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tidegate.clock import VirtualClock
from tidegate.reading import pauses
from tidegate.sage.sage200.code_books import CodeBook


def ends(work: Callable[[], object]) -> bool:
    """Whether the work ends; a thread that waits for itself would not."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(10)
    return not thread.is_alive()


class Pausing:
    """A client that lets other work be done before each call."""

    def read_by_ids(self, path: str, key: str, ids: Any, *, select: Any) -> list[dict[str, int]]:
        pauses.possible()
        return [{"id": one} for one in ids]


def test_while_such_a_lock_is_held_nothing_is_done_in_a_pause() -> None:
    lock, done = threading.Lock(), []
    with pauses.between_pages(lambda: done.append(lock.locked())):
        pauses.possible()
        with pauses.kept_out(lock):
            assert lock.locked()
            pauses.possible()
        pauses.possible()
    assert (done, lock.locked()) == ([False, False], False)


def test_a_cycle_in_between_may_need_the_book_that_is_being_read() -> None:
    book = CodeBook(Pausing(), VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)), "products", ())  # type: ignore[arg-type]

    def reading() -> None:
        with pauses.between_pages(lambda: book.of([2])):
            book.of([1])

    assert ends(reading)
    assert book.of([1]) == {1: {"id": 1}}
