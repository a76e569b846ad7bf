"""The folder from which a recurring task imports orders. Source: contract §8.3.

A file that was worked through lies in `done/`; where documents were rejected, its trace lies beside it, `<file>.tra`, with a
line for each (A for its place and its form).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tidegate.sage.import_folder import DIGEST, OURS, ImportFolder

DONE = "done"


class ImportFiles(ImportFolder):
    """The files of one company."""

    def report(self, name: str) -> str | None:
        """The trace; "" for a file that was imported without a fault."""
        done = self.folder / DONE / f"{name}.csv"
        try:
            return done.with_suffix(".tra").read_text("utf-8", "replace")
        except FileNotFoundError:
            return "" if done.exists() else None

    def ended(self) -> Iterator[tuple[str, Sequence[Path]]]:
        """The files that were moved, with their traces."""
        for path in (self.folder / DONE).glob(f"{OURS}.csv"):
            yield path.stem, (path, path.with_suffix(".tra"))

    def named(self, digest: str) -> str:
        """The last file with this content, in either folder; "" if there is none."""
        moved = (path.stem for path in (self.folder / DONE).glob(f"{digest[:DIGEST]}-*.csv"))
        return max(super().named(digest), max(moved, default=""))
