"""Sage 100: orders, customers and lengths of the suite; the other questions are not answered yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.rooms import SAGE_100
from tidegate.conformance.customers import *
from tidegate.conformance.lengths import *
from tidegate.conformance.orders import *
from tidegate.conformance.stand import Stand


@pytest.fixture(params=SAGE_100)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """The room over the agent over the fake ProvideX."""
    built = SAGE_100[request.param]()
    yield built
    built.close()
