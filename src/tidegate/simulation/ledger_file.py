"""Ledgers of simulated weeks: in a folder of their own, each a copy of an empty one that is made once."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tidegate.ledger import database


@contextmanager
def ledger_folder() -> Iterator[Path]:
    """A folder for the ledger, in memory where the machine has such a place."""
    base = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of our own is made in it
    folder = Path(tempfile.mkdtemp(prefix="tidegate-", dir=base))
    try:
        yield folder
    finally:
        database.close()
        shutil.rmtree(folder, ignore_errors=True)


def fresh_ledger(folder: Path, name: str = "ledger.db") -> Path:
    """An empty ledger, migrated: a copy of one that this process has made once."""
    ledger = folder / name
    template = Path(tempfile.gettempdir()) / f"tidegate-template-{database_version()}.db"
    if template.exists():
        shutil.copy(template, ledger)
        return ledger
    database.open_ledger(f"sqlite:///{ledger}", durability="off")
    database.ensure_ready()
    # Several processes may make it at once: each under a name of its own, and the last one counts.
    own = template.with_name(f"{template.name}.{folder.name}")
    database.backup(own)
    database.close()
    own.replace(template)
    return ledger


def database_version() -> str:
    """A name for the ledger's present shape, so that an old template is never used."""
    migrations = sorted(Path(database.__file__).with_name("migrations").glob("[0-9]*.py"))
    shape = "-".join(f"{each.stem}{each.stat().st_mtime_ns}" for each in migrations)
    return hashlib.sha256(shape.encode()).hexdigest()[:16]  # a file's name has 255 letters at most
