"""One world for each test, judged when the test is over."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.flows.in_memory import MemoryStage, build_shop
from integration.flows.stage import START, Stage
from tidegate.ledger import database
from tidegate.simulation.world import build_world

Build = Callable[..., Stage]
InMemory = Callable[..., MemoryStage]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated ledger to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database.open_ledger(f"sqlite:///{path}", durability="off")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def build(tmp_path: Path, migrated: Path) -> Iterator[Build]:
    """Makes the test's world; keywords are those of `build_world`."""
    built: list[Stage] = []

    def make(country: str = "us", **differences: Any) -> Stage:
        ledger = tmp_path / "ledger.db"
        shutil.copyfile(migrated, ledger)
        world = build_world(11, f"sqlite:///{ledger}", START, country=country, **differences)
        built.append(Stage(world, country))
        return built[-1]

    yield make
    try:
        for stage in built:
            stage.judge()
    finally:
        for stage in built:
            stage.hub.close()
        database.set_trip(None)


@pytest.fixture
def in_memory(tmp_path: Path, migrated: Path) -> Iterator[InMemory]:
    """Makes the test's world with a company in memory; keywords are its switches."""
    built: list[MemoryStage] = []

    def make(**switches: Any) -> MemoryStage:
        ledger = tmp_path / "ledger.db"
        shutil.copyfile(migrated, ledger)
        built.append(MemoryStage(build_shop(f"sqlite:///{ledger}"), **switches))
        return built[-1]

    yield make
    try:
        for stage in built:
            stage.judge()
    finally:
        for stage in built:
            stage.hub.close()
        database.set_trip(None)


@pytest.fixture
def stage(build: Build) -> Stage:
    """A shop in dollars and its company."""
    return build()
