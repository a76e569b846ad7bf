"""Pauses in long reading: between two pages, whoever reads lets something else be done in the same thread.

The readers of both systems only say where a pause is possible; what is done in it is the caller's. A thread
that was started meanwhile has no pauses, and within a pause there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

Work = Callable[[], None]

_between: ContextVar[Work | None] = ContextVar("between pages", default=None)


@contextmanager
def between_pages(work: Work | None) -> Iterator[None]:
    """While the block reads, `work` is done before each page; None: nothing is."""
    token = _between.set(work)
    try:
        yield
    finally:
        _between.reset(token)


@contextmanager
def kept_out(lock: AbstractContextManager[Any]) -> Iterator[None]:
    """Hold a lock over calls, and let nothing else be done meanwhile: in the same thread it may need the same lock."""
    with lock, between_pages(None):
        yield


def possible() -> None:
    """Called by a reader before each page that it asks for."""
    work = _between.get()
    if work is not None:
        with between_pages(None):
            work()
