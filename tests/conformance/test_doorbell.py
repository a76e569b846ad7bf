"""The rooms of this house that a person lets in are asked what `tidegate.conformance.doorbell` asks."""

from collections.abc import Iterator

import pytest

from conformance.rooms import LETTING_IN
from tidegate.conformance.doorbell import *
from tidegate.conformance.stand import Stand


@pytest.fixture(params=LETTING_IN)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A company that asks for a consent, opened by its room."""
    built = LETTING_IN[request.param]()
    yield built
    built.close()
