"""The rooms of this house that hand over are asked what `tidegate.conformance.handed_over` and `desks` ask."""

from collections.abc import Iterator

import pytest

from conformance.rooms import HANDING_OVER
from tidegate.conformance.desks import *
from tidegate.conformance.handed_over import *
from tidegate.conformance.stand import Stand


@pytest.fixture(params=HANDING_OVER)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A company that hands over, opened by its room."""
    built = HANDING_OVER[request.param]()
    yield built
    built.close()
