"""What the workers of one session share, and a process that says nothing about its failures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tidegate.ledger import database
from tidegate.simulation.command import quiet


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """A simulated hub logs thousands of failures; nobody wants to read them."""
    quiet()
    yield
    database.set_trip(None)
    database.close()
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this session see."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "simulated"
    folder.mkdir(exist_ok=True)
    return folder
