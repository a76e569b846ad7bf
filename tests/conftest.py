"""For every test: logs as a new process has them, and little time spent on looking for garbage."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator

import pytest
import structlog

# The suite ships in the package: its assertions are to tell as much as those of any test.
pytest.register_assert_rewrite("tidegate.conformance")

#: Objects made before Python looks for garbage, and how often the older ones are looked at.
GARBAGE = (10_000, 10, 10)


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
