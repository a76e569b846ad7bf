"""One stand a test, for every room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.rooms import ROOMS
from tidegate.conformance.stand import Stand


@pytest.fixture(params=ROOMS)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A company opened by the room, over its simulator."""
    built = ROOMS[request.param]()
    yield built
    built.close()
