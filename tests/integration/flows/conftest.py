"""One world for each test, judged when the test is over."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from integration.flows.in_memory import MemoryStage, build_shop
from integration.flows.stage import ITEMS, START, Stage
from tidegate.ledger import database
from tidegate.simulation.world import build_world

Build = Callable[..., Stage]
InMemory = Callable[..., MemoryStage]
S = TypeVar("S", bound=Stage)


def _judged(ledger: Path, migrated: Path, make: Callable[..., S]) -> Iterator[Callable[..., S]]:
    """`make` with the URL of a copy of the migrated ledger; what it made is judged in the end, and closed."""
    built: list[S] = []

    def over_a_copy(*given: Any, **values: Any) -> S:
        shutil.copyfile(migrated, ledger)
        built.append(make(f"sqlite:///{ledger}", *given, **values))
        return built[-1]

    yield over_a_copy
    try:
        for stage in built:
            stage.check()
    finally:
        for stage in built:
            stage.hub.close()
        database.set_trip(None)


@pytest.fixture
def build(tmp_path: Path, migrated: Path) -> Iterator[Build]:
    """Makes the test's world; keywords are those of `build_world`."""

    def make(url: str, country: str = "us", *, items: int = ITEMS, **differences: Any) -> Stage:
        return Stage(build_world(11, url, START, country=country, items=items, **differences), country)

    yield from _judged(tmp_path / "ledger.db", migrated, make)


@pytest.fixture
def in_memory(tmp_path: Path, migrated: Path) -> Iterator[InMemory]:
    """Makes the test's world with a company in memory; keywords are its switches."""

    def make(url: str, **switches: Any) -> MemoryStage:
        return MemoryStage(build_shop(url), **switches)

    yield from _judged(tmp_path / "ledger.db", migrated, make)


@pytest.fixture
def stage(build: Build) -> Stage:
    """A shop in dollars and its company."""
    return build()
