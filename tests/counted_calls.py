"""How much work something is, counted in calls: the same on every machine, however slow or busy it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def counted(act: Callable[[], T]) -> tuple[int, T]:
    """(calls of functions, Python's and C's, that `act` makes in this thread; its answer)."""
    count = 0

    def seen(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        answer = act()
    finally:
        sys.setprofile(before)
    return count, answer
