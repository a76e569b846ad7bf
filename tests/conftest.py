"""For every test: logs as a new process has them, and little time spent on compiling and on looking for garbage."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
import structlog

from tidegate import log
from tidegate.simulation.haste import make_haste

# The suite ships in the package: its assertions are to tell as much as those of any test.
pytest.register_assert_rewrite("tidegate.conformance")

TESTS = Path(__file__).parent
#: Folders whose tests take seconds each.
LONG = ("simulation", "process", "browser", "bench")
#: Where the processes that tests start keep what they have compiled.
BYTECODE = Path(tempfile.gettempdir()) / "tidegate-bytecode"


def pytest_configure() -> None:
    """Where a machine's environment forbids to keep bytecode, each of some hundred processes would compile the whole
    program, which takes three times as long as its work."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(BYTECODE))
    # tables of sixty rows: several threads for each cost more than they do, and the workers use all processors already
    os.environ.setdefault("POLARS_MAX_THREADS", "1")


def is_last(item: pytest.Item) -> bool:
    """Whether it looks at what other tests of the session have left."""
    return item.get_closest_marker("last") is not None


def is_long(item: pytest.Item) -> bool:
    """Whether it may take seconds."""
    return folder(item.path) in LONG and not is_last(item)


@cache
def folder(path: Path) -> str:
    """Of tests, each of many tests in one file."""
    return path.relative_to(TESTS).parts[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes seconds begins first, so that all workers end together: what is left for the end takes moments.

    Each worker is given the next part of the whole: each part has its share of what takes long at its head.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if is_long(item)]
    short = iter(sorted((item for item in items if not is_long(item)), key=is_last))
    arranged: list[pytest.Item] = []
    for part in range(1, workers + 1):
        arranged += long[len(long) * (part - 1) // workers : len(long) * part // workers]
        arranged += islice(short, max(len(items) * part // workers - len(arranged), 0))
    items[:] = arranged


def pytest_collection_finish() -> None:
    """Most of the time goes into simulated shops and companies, and into waiting for the disk."""
    make_haste()
    if "tidegate.ledger.database" in sys.modules:
        from tidegate.ledger import database, location

        # no test cuts the power: only those that are `durable` wait at each commit until it is on the disk
        database.locate = lambda url, _durability: location.locate(url, "off")
        import migrated_once

        database.migrate = migrated_once.migrate


def pytest_sessionfinish() -> None:
    """What is kept in memory is given back."""
    if "migrated_once" in sys.modules:
        sys.modules["migrated_once"].forget()


def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Rules over the sources stand in files that follow each other; whatever follows them needs no sources."""
    sources = sys.modules.get("sources")
    if (
        sources
        and sources.nodes.cache_info().currsize
        and not hasattr(getattr(nextitem, "module", None), "nodes")
    ):
        sources.forget()


@pytest.fixture
def durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ledgers that are opened from here on are as safe as those of an installation."""
    from tidegate.ledger import database, location

    monkeypatch.setattr(database, "locate", location.locate)


@pytest.fixture
def migrating(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ledger is made by the migrations themselves, not as a copy of the first."""
    import migrated_once
    from tidegate.ledger import database

    monkeypatch.setattr(database, "migrate", migrated_once.OWN)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite ledger, migrated, to be copied: migrating takes longer than most tests."""
    from tidegate.ledger import database
    from tidegate.simulation.ledger_file import fresh_ledger

    made = fresh_ledger(tmp_path_factory.mktemp("ledger"))
    database.close()
    return made


@pytest.fixture(autouse=True)
def fresh_logs() -> Iterator[None]:
    """A command that was run in this process has pointed the logs at a stream that is closed by now."""
    structlog.reset_defaults()
    root = logging.getLogger()
    for handler in [each for each in root.handlers if getattr(each, "of_tidegate", False)]:
        root.removeHandler(handler)
    logging.getLogger(log.CALLS).setLevel(logging.NOTSET)
    yield
    structlog.reset_defaults()
