"""The console over a hub with orders in every state; the console is part of Django for this folder only."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tidegate.console import installed

# Models can be imported only while their apps are installed; the tests of other folders go on without them.
installed.install()
installed.uninstall()

from integration.console.pages.browsing import Browsing  # noqa: E402
from integration.flows.in_memory import MemoryStage, build_shop  # noqa: E402
from tidegate.ledger import database  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def with_console() -> Iterator[None]:
    """Django as `tidegate run` has it; the tests behind go on without."""
    installed.install()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SECRET_KEY = "only-for-tests"
    yield
    database.close()
    installed.uninstall()


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated ledger with the console's tables, to be copied; made before any module has the console."""
    path = tmp_path_factory.mktemp("console") / "template.db"
    installed.install()
    database.open_ledger(f"sqlite:///{path}", durability="off")
    database.migrate()
    database.close()
    installed.uninstall()
    return path


@pytest.fixture
def browsing(tmp_path: Path, ready: Path) -> Iterator[Browsing]:
    """A hub before which somebody sits."""
    shutil.copyfile(ready, tmp_path / "ledger.db")
    stage = MemoryStage(build_shop(f"sqlite:///{tmp_path / 'ledger.db'}"))
    yield Browsing(stage, Client())
    stage.hub.close()


@pytest.fixture
def browsing_of(tmp_path: Path, ready: Path) -> Iterator[Callable[..., Browsing]]:
    """The same before a company that does things in its own way; keywords are those of `Switches`."""
    made: list[MemoryStage] = []

    def make(**switches: Any) -> Browsing:
        shutil.copyfile(ready, tmp_path / "ledger.db")
        made.append(MemoryStage(build_shop(f"sqlite:///{tmp_path / 'ledger.db'}"), **switches))
        return Browsing(made[-1], Client())

    yield make
    for stage in made:
        stage.hub.close()


def pytest_assertrepr_compare(op: str, left: Any, right: Any) -> list[str] | None:
    """A page that lacks a text is shown short."""
    if op == "in" and isinstance(right, str) and len(right) > 2000:
        return [f"{left!r} is not in a page of {len(right)} characters"]
    return None
