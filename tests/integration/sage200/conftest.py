"""One world for each test, over the wire to a simulated Sage 200, judged when the test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.flows.conftest import checked
from integration.flows.stage import ITEMS, START
from integration.over_the_wire import WireStage
from tidegate.simulation.world import build_world

Build = Callable[..., WireStage]


@pytest.fixture
def build(tmp_path: Path, migrated: Path) -> Iterator[Build]:
    """Makes the test's world; keywords are those of `build_world`."""

    def make(url: str, country: str = "us", *, items: int = ITEMS, **differences: Any) -> WireStage:
        return WireStage(build_world(11, url, START, country=country, items=items, **differences), country)

    yield from checked(tmp_path / "ledger.db", migrated, make)


@pytest.fixture
def stage(build: Build) -> WireStage:
    """A shop in dollars and its company."""
    return build()
