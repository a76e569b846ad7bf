"""Record the ledgers of the present version: `make ledgers`.

To be run once for each released version, with its code; what it writes is never changed afterwards. A recording that is
wanted between two releases has a label of its own: `make ledgers LABEL=0.1.0-2`.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from integration.upgrade import day, parcels
from tidegate import __version__
from tidegate.ledger import database

LEDGERS = Path(__file__).parents[2] / "data/ledgers"
Morning = tuple[Callable[[Path], AbstractContextManager[Any]], Callable[[Any], object]]
#: What a ledger was left with, by the name of its recording: where it is lived, and the morning itself.
MORNINGS: dict[str, Morning] = {
    "documents": (day.stage_at, day.live),
    "parcels": (parcels.stage_at, parcels.live),
}


def path_of(label: str, morning: str) -> Path:
    """Where the recording of a version lies."""
    return LEDGERS / f"{label}.{morning}.db.gz"


def record(label: str, morning: str) -> None:
    """Live the morning and keep its ledger, compressed. FileExistsError for what is recorded already."""
    stage_at, live = MORNINGS[morning]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        with stage_at(Path(folder) / "ledger.db") as stage:
            live(stage)
            database.set_trip(None)
            database.backup(copy)
        with path_of(label, morning).open("xb") as target:
            target.write(gzip.compress(copy.read_bytes(), 9, mtime=0))


if __name__ == "__main__":
    LABEL = sys.argv[1] if len(sys.argv) > 1 else __version__
    for name in MORNINGS:
        if not path_of(LABEL, name).exists():
            record(LABEL, name)
            print(f"recorded {path_of(LABEL, name).name}")
