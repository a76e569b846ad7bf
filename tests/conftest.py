"""For every test: logs as a new process has them."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def fresh_logs() -> Iterator[None]:
    """A command that was run in this process has pointed the logs at a stream that is closed by now."""
    structlog.reset_defaults()
    root = logging.getLogger()
    for handler in [each for each in root.handlers if getattr(each, "of_tidegate", False)]:
        root.removeHandler(handler)
    yield
    structlog.reset_defaults()
