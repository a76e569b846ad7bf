"""Import jobs of a stand, Sage 100's or Sage 300's: they run when somebody lets them, and what may go wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from tidegate.conformance.stand import Stand
from tidegate.sage import import_folder
from tidegate.sage.port.company import Company


class Importing(Protocol):
    """A simulated job."""

    refuses: dict[str, str]
    cannot_read: set[str]
    keeps_logs: bool

    def run(self, most: int | None = None) -> object: ...


class ImportDesk:
    """:class:`tidegate.conformance.stand.DesktopStand`."""

    second_file_replaces = False
    kept_for = None  #: files lie there for ever

    def __init__(self, stand: Stand, *jobs: Importing) -> None:
        self._stand: Any = stand
        self._jobs = jobs

    def work(self, at_most: int | None = None) -> None:
        for job in self._jobs:
            job.run(at_most)

    def refuse_files_with(self, key: str) -> None:
        for job in self._jobs:
            job.cannot_read.add(key)

    def read_all(self) -> None:
        """It can read every file again."""
        for job in self._jobs:
            job.cannot_read.clear()

    def refuse(self, key: str) -> None:
        for job in self._jobs:
            job.refuses[key] = "The ItemCode is not on file."

    def leave_out(self, key: str) -> None:
        """Its log names refused orders alone: it never says anything of those that it enters."""

    def lose_results(self) -> None:
        for job in self._jobs:
            job.keeps_logs = False

    def again(self) -> Company:
        return self._stand.open()

    def goes_wrong(self, kind: str) -> None:
        """The next file's move into the folder fails: before it is there, or after."""
        move = import_folder.move

        def fails(source: Path, target: Path) -> None:
            import_folder.move = move
            if kind == "drop_after":
                move(source, target)
            raise OSError(5, "The specified network name is no longer available")

        import_folder.move = fails
