"""A hub with a Sage 50, let in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.sage50.hub import Sage50Hub
from tidegate.ledger import database


@pytest.fixture
def hub(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sage50Hub]:
    """Both systems and an empty ledger."""
    made = Sage50Hub(tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")
    shutil.copyfile(migrated, tmp_path / "tidegate.db")
    made.consent()
    yield made
    database.close()
    made.close()
