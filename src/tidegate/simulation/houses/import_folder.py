"""Where an import job's files lie in a simulated week, and when it runs."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

from tidegate.simulation.event import Event, moment


def folder_of(face: Any) -> Path:
    """A folder that is removed when the simulator is."""
    path = Path(mkdtemp(prefix="import-"))
    finalize(face, shutil.rmtree, path, ignore_errors=True)
    return path


def records_in(folder: Path, beginning: bytes) -> int:
    """Orders of all files so far, by how the line of an order begins."""
    paths = folder.rglob("*.csv")
    return sum(line.startswith(beginning) for path in paths for line in path.read_bytes().splitlines())


def import_runs(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's: the job runs every hour or two, at times not at all or in part."""
    rng = random.Random(f"import-{seed}")
    at = start
    while at < start + timedelta(days=days):
        at += timedelta(minutes=rng.choice((45, 60, 120, 120, 300)))
        yield Event(at, "import-runs", {"most": rng.choice((None, None, None, 1, 2))})
    for _ in range(rng.randrange(3)):
        yield Event(moment(rng, start, days), "import-damages-a-file", {})
