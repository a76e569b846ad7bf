"""Every way to take an order: `tidegate.conformance.taking`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.rooms import TAKING
from tidegate.conformance.stand import Stand
from tidegate.conformance.taking import *


@pytest.fixture(params=TAKING)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A company opened by the room, over its simulator."""
    built = TAKING[request.param]()
    yield built
    built.close()
