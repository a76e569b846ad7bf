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
from integration.flows.stage import ITEMS
from tidegate.ledger import database
from tidegate.simulation.world import build_world


@pytest.fixture(scope="session", autouse=True)
def built_once() -> Iterator[None]:
    """The runner builds the whole command line anew for each call; once is enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.testing, "_get_command", functools.cache(typer.main.get_command))
        yield


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Terminal]:
    """Nothing is there but the configuration: no ledger, nobody has signed in."""
    yield from in_folder(tmp_path)


@pytest.fixture
def terminal(fresh: Terminal, migrated: Path) -> Terminal:
    """A hub that is ready to run: the ledger is there and somebody has signed in."""
    return ready(fresh, migrated)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Terminal]:
    """The same for tests that change nothing but the configuration."""
    for made in in_folder(tmp_path_factory.mktemp("shared")):
        yield ready(made, migrated)


def in_folder(folder: Path) -> Iterator[Terminal]:
    """A world whose ledger and configuration lie in `folder`."""
    world = build_world(7, f"sqlite:///{folder / 'tidegate.db'}", START, country="us", items=ITEMS)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in world.environment().items():
            patch.setenv(name, value)
        patch.delenv("TIDEGATE_CONFIG", raising=False)
        patch.setenv("COLUMNS", "200")  # what is said does not depend on the width; `test_narrow.py` sets it
        made = Terminal(world, folder / "tidegate.toml")
        made.write_config()
        yield made
        database.set_trip(None)
        database.close()


def ready(made: Terminal, migrated: Path) -> Terminal:
    """Put a migrated ledger in place and sign in."""
    shutil.copyfile(migrated, made.config.parent / "tidegate.db")
    hub = made.world.open_hub()
    made.world.sign_in(hub)
    hub.close()
    return made
