"""The folder that the site's import of orders takes files from. Source: contract §17.

What was entered without a fault it moves to `done/`; of a file with failed records, or that it cannot read, it leaves a
report beside it, `<file>.err`, with counts and a line for each failed record (A for its form).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tidegate.sage.import_folder import OURS, ImportFolder
from tidegate.sage.sage300.csv_layout import CODE_PAGE

DONE = "done"


class ImportFiles(ImportFolder):
    """The files of one company."""

    def report(self, name: str) -> str | None:
        """The report; "" for a file that was entered without a fault."""
        try:
            return self.path(name).with_suffix(".err").read_text(CODE_PAGE, "replace")
        except FileNotFoundError:
            return "" if (self.folder / DONE / f"{name}.csv").exists() else None

    def ended(self) -> Iterator[tuple[str, Sequence[Path]]]:
        """The files that were moved, and those that have a report."""
        for path in (self.folder / DONE).glob(f"{OURS}.csv"):
            yield path.stem, (path,)
        for path in self.folder.glob(f"{OURS}.err"):
            yield path.stem, (path, path.with_suffix(".csv"))

    def named(self, digest: str) -> str:
        """The last file with this content, in whichever folder; "" if there is none."""
        moved = (
            ImportFolder.named(ImportFiles(self.folder / DONE), digest) if self.folder.name != DONE else ""
        )
        return max(super().named(digest), moved)
