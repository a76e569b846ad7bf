"""A hub between a simulated shop and company, over a ledger of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integration.flows.stage import ITEMS
from tidegate.engine.hub import Hub
from tidegate.ledger import database
from tidegate.simulation.world import build_world

START = datetime(2026, 3, 23, 13, 0, tzinfo=UTC)


@pytest.fixture
def hub(tmp_path: Path, migrated: Path) -> Iterator[Hub]:
    """Open, with nothing done yet."""
    shutil.copyfile(migrated, tmp_path / "ledger.db")
    world = build_world(3, f"sqlite:///{tmp_path / 'ledger.db'}", START, items=ITEMS)
    with world.open_hub() as hub:
        yield hub
    database.set_trip(None)
