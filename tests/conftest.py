"""For every test: logs as a new process has them, and little time spent on compiling and on looking for garbage."""

from __future__ import annotations

import gc
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

# The suite ships in the package: its assertions are to tell as much as those of any test.
pytest.register_assert_rewrite("tidegate.conformance")

#: Objects made before Python looks for garbage, and how often the older ones are looked at.
GARBAGE = (10_000, 10, 10)


#: Where the processes that tests start keep what they have compiled.
BYTECODE = Path(tempfile.gettempdir()) / "tidegate-bytecode"


def pytest_configure() -> None:
    """Where a machine's environment forbids to keep bytecode, each of some hundred processes would compile the whole
    program, which takes three times as long as its work."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(BYTECODE))


def pytest_collection_finish() -> None:
    """A simulated company is some fifty thousand objects: with Python's defaults, half of making one is spent on
    looking at what lives as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


@pytest.fixture(autouse=True)
def fresh_logs() -> Iterator[None]:
    """A command that was run in this process has pointed the logs at a stream that is closed by now."""
    structlog.reset_defaults()
    root = logging.getLogger()
    for handler in [each for each in root.handlers if getattr(each, "of_tidegate", False)]:
        root.removeHandler(handler)
    yield
    structlog.reset_defaults()
