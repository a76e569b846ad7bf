"""A fresh ledger for each test, on SQLite and on a real PostgreSQL alike."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from postgresql_server import emptied, migrated_database
from tidegate.ledger import database


@dataclass(frozen=True)
class Ledger:
    """The ledger that is open in this test; `path` is None on PostgreSQL."""

    url: str
    vendor: str
    path: Path | None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """One server for all workers of the session, one migrated database for each of them; yields its URL."""
    with migrated_database("ledger") as url:
        yield url


@pytest.fixture
def sqlite(migrated: Path, tmp_path: Path) -> Iterator[Ledger]:
    """An open, empty ledger on SQLite."""
    path = tmp_path / "ledger.db"
    shutil.copyfile(migrated, path)
    url = f"sqlite:///{path}"
    database.open_ledger(url)
    yield Ledger(url, "sqlite", path)
    database.set_trip(None)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """An open, empty ledger on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    url = emptied(request.getfixturevalue("postgresql"))
    database.open_ledger(url)
    yield Ledger(url, "postgresql", None)
    database.set_trip(None)
    database.close()
