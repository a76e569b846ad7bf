"""One stand a test, for every room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.rooms import IN_THE_CAMPAIGN, ROOMS
from tidegate.conformance.stand import Stand


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.campaign] if name in IN_THE_CAMPAIGN else []) for name in ROOMS
    ]
)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A company opened by the room, over its simulator."""
    built = ROOMS[request.param]()
    yield built
    built.close()
