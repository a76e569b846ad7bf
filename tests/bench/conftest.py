"""Measurements leave no ledger open and no logging changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from tidegate.ledger import database


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    yield
    database.set_trip(None)
    database.close()
    structlog.reset_defaults()
