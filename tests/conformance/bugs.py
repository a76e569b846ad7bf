"""How a fault of a room is found: the question is answered well, the fault comes, and the same question fails."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

Bug = Callable[[pytest.MonkeyPatch], None]
Question = Callable[[Any], None]


def assert_found(
    patch: pytest.MonkeyPatch, bug: Bug, build: Callable[[], Any], question: Question, *also: type[Exception]
) -> None:
    """`build` makes a stand; `also`: what tells of the fault besides a failed assertion and a failed look-up."""
    with closing(build()) as sound:
        question(sound)
    bug(patch)
    with closing(build()) as faulty, pytest.raises((AssertionError, LookupError, *also)):
        question(faulty)
