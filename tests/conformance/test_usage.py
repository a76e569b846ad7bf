"""The rooms of this house are asked what `tidegate.conformance.usage` asks; one has an agent in between."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from conformance.rooms import ROOMS
from tidegate.conformance.memory.stand import MemoryStand
from tidegate.conformance.stand import Stand
from tidegate.conformance.usage import *

AGENT = "memory-agent"


@pytest.fixture(params=[*ROOMS, AGENT])
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A company opened by its room."""
    agent = request.param == AGENT
    built = (
        MemoryStand(drains_for=timedelta(minutes=5), calls_a_minute=100) if agent else ROOMS[request.param]()
    )
    yield built
    built.close()
