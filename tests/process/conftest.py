"""A stage for each test; everything on it is stopped at the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("process.stage", "process.command", "process.gate")

from process.stage import Stage  # noqa: E402 - rewritten first, so that its asserts tell what they saw

SetUp = Callable[..., Stage]
#: The address of a ledger that is a file begins so.
FILE = "sqlite:///"


@pytest.fixture
def set_up(tmp_path: Path, migrated: Path) -> Iterator[SetUp]:
    """Builds stages."""
    with ExitStack() as stack:

        def build(seed: int = 1, *, rate: float = 1.0, ledger: str = "", **differences: Any) -> Stage:
            stage = Stage(tmp_path, seed, rate, ledger, differences)
            stack.callback(stage.close)
            if stage.ledger.startswith(FILE):
                shutil.copyfile(migrated, stage.ledger.removeprefix(FILE))
            stage.open()
            return stage

        yield build


@pytest.fixture
def stage(set_up: SetUp) -> Stage:
    """The usual one: SQLite, real time."""
    return set_up()
