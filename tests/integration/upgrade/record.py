"""Record the ledger of the present version: `PYTHONPATH=tests python tests/integration/upgrade/record.py`.

To be run once for each released version, with its code; what it writes is never changed afterwards.
"""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from integration.upgrade.day import live, stage_at
from tidegate import __version__
from tidegate.ledger import database

LEDGERS = Path(__file__).parents[2] / "data/ledgers"


def record(target: Path) -> None:
    """Live the morning and keep its ledger, compressed."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        with stage_at(Path(folder) / "ledger.db") as stage:
            live(stage)
            database.set_trip(None)
            database.backup(copy)
        target.write_bytes(gzip.compress(copy.read_bytes(), 9, mtime=0))


if __name__ == "__main__":
    LEDGERS.mkdir(exist_ok=True)
    record(LEDGERS / f"{__version__}.db.gz")
