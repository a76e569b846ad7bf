"""The room in memory, which hands everything over, is asked what `tidegate.conformance.other_parcels` asks."""

from collections.abc import Iterator

import pytest

from conformance.rooms import HANDING_OVER_MORE
from tidegate.conformance.desks import *
from tidegate.conformance.other_parcels import *
from tidegate.conformance.stand import Stand


@pytest.fixture(params=HANDING_OVER_MORE)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A company that works on more than orders later."""
    built = HANDING_OVER_MORE[request.param]()
    yield built
    built.close()
