"""The import job of Sage 100's stand: it runs when somebody lets it, and what may go wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tidegate.sage.port.company import Company
from tidegate.sage.sage100 import import_files
from tidegate_sandbox.sage100.import_job import ImportJob

if TYPE_CHECKING:
    from conformance.sage100_stand import Sage100Stand


class Job:
    """:class:`tidegate.conformance.stand.DesktopStand`."""

    second_file_replaces = False
    kept_for = None  #: files lie there for ever

    def __init__(self, stand: Sage100Stand) -> None:
        self._stand = stand
        self._job = ImportJob(stand.installation, stand.site, stand.pick_up)

    def work(self, at_most: int | None = None) -> None:
        self._job.run(at_most)

    def refuse_files_with(self, key: str) -> None:
        self._job.cannot_read.add(key)

    def read_all(self) -> None:
        """It can read every file again."""
        self._job.cannot_read.clear()

    def refuse(self, key: str) -> None:
        self._job.refuses[key] = "The ItemCode is not on file."

    def leave_out(self, key: str) -> None:
        """Its log names refused orders alone: it never says anything of those that it enters."""

    def lose_results(self) -> None:
        self._job.keeps_logs = False

    def again(self) -> Company:
        return self._stand.open()

    def goes_wrong(self, kind: str) -> None:
        """The next file's move into the folder fails: before it is there, or after."""
        move = import_files.move

        def fails(source: Path, target: Path) -> None:
            import_files.move = move
            if kind == "drop_after":
                move(source, target)
            raise OSError(5, "The specified network name is no longer available")

        import_files.move = fails
