"""One shop, one company and one terminal for each test."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
import typer.testing

from integration.cli.terminal import START, Terminal
from tidegate.ledger import database
from tidegate.simulation.world import build_world


@pytest.fixture(scope="session", autouse=True)
def built_once() -> Iterator[None]:
    """The runner builds the whole command line anew for each call; once is enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.testing, "_get_command", functools.cache(typer.main.get_command))
        yield


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated ledger to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database.open_ledger(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """Nothing is there but the configuration: no ledger, nobody has signed in."""
    world = build_world(7, f"sqlite:///{tmp_path / 'tidegate.db'}", START, country="us")
    for name, value in world.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("TIDEGATE_CONFIG", raising=False)
    terminal = Terminal(world, tmp_path / "tidegate.toml")
    terminal.write_config()
    yield terminal
    database.set_trip(None)
    database.close()


@pytest.fixture
def terminal(fresh: Terminal, migrated: Path, tmp_path: Path) -> Terminal:
    """A hub that is ready to run: the ledger is there and somebody has signed in."""
    shutil.copyfile(migrated, tmp_path / "tidegate.db")
    hub = fresh.world.open_hub()
    fresh.world.sign_in(hub)
    hub.close()
    return fresh
