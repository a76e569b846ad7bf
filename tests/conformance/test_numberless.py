"""The room in memory is asked what `tidegate.conformance.numberless` asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tidegate.conformance.memory.stand import MemoryStand
from tidegate.conformance.numberless import *
from tidegate.conformance.stand import Stand


@pytest.fixture
def stand() -> Iterator[Stand]:
    """A company that numbers no orders."""
    built = MemoryStand(states_numbers=False)
    yield built
    built.close()
