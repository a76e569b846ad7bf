"""The rooms that make invoices of drafts and quotes are asked what `tidegate.conformance.invoicing` asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.rooms import INVOICING
from tidegate.conformance.invoicing import *
from tidegate.conformance.stand import Stand


@pytest.fixture(params=INVOICING)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A company opened by such a room, over its simulator."""
    built = INVOICING[request.param]()
    yield built
    built.close()
