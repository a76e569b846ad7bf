"""One world for each test, with a company in memory, judged when the test is over."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from integration.flows.in_memory import MemoryStage, build_shop
from integration.flows.stage import Stage
from tidegate.ledger import database

Build = Callable[..., MemoryStage]
InMemory = Callable[..., MemoryStage]
S = TypeVar("S", bound=Stage)


def checked(ledger: Path, migrated: Path, make: Callable[..., S]) -> Iterator[Callable[..., S]]:
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
    """Makes the test's world; keywords are those of `build_world`. Cancelled orders are deleted, as Sage 200 does."""

    def make(url: str, country: str = "us", **differences: Any) -> MemoryStage:
        return MemoryStage(build_shop(url, country, **differences), country, deletes_cancelled=True)

    yield from checked(tmp_path / "ledger.db", migrated, make)


@pytest.fixture
def in_memory(tmp_path: Path, migrated: Path) -> Iterator[InMemory]:
    """Makes the test's world; keywords are the switches of its company."""

    def make(url: str, **switches: Any) -> MemoryStage:
        return MemoryStage(build_shop(url), **switches)

    yield from checked(tmp_path / "ledger.db", migrated, make)


@pytest.fixture
def stage(build: Build) -> MemoryStage:
    """A shop in dollars and its company."""
    return build()
