"""The folder from which an import job takes files: written, moved in whole, and read back.

One file a batch; it stays until its batch is settled, and is never offered again, so every file has a name of its own.
What the job leaves of a file, each product says for itself.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tidegate.domain.errors import Code, Failure

DIGEST = 20  #: characters of the content's digest that a file's name begins with
STAMP = "%Y%m%d%H%M%S"
KEPT = timedelta(days=30)  #: how long a processed file stays, for operators to look at
CANNOT_READ = "cannot be read"  #: A: what the report says of a file that the job gave up as a whole
move = os.replace  #: within one folder: the job never sees half a file


@dataclass(frozen=True, slots=True)
class Log:
    """What the job says of one file: refused orders by key, and a word on the whole file."""

    refused: Mapping[str, str]
    whole: str = ""


class ImportFolder(ABC):
    """The files of one company."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def report(self, name: str) -> str | None:
        """What the job left of a file that it processed; None: it has not processed it yet. OSError."""

    @abstractmethod
    def ended(self) -> Iterator[tuple[str, Sequence[Path]]]:
        """Files that were worked through: their names, and all that is left of them."""

    def new_name(self, digest: str, now: datetime) -> str:
        """A name that no file has had, beginning with the digest of what the file holds.

        Where reports cannot be read, whoever writes the file notices.
        """
        while True:
            name = f"{digest[:DIGEST]}-{now.astimezone(UTC):{STAMP}}"
            if not self.has(name) and not isinstance(self.log(name, ()), Log):
                return name
            now += timedelta(seconds=1)

    def named(self, digest: str) -> str:
        """The last file with this content; "" if there is none."""
        found = (path.stem for path in self.folder.glob(f"{digest[:DIGEST]}-*.csv"))
        return max(found, default="")

    def has(self, name: str) -> bool:
        """Whether the file is in the folder."""
        return self.path(name).exists()

    def waiting(self, keys: Sequence[str]) -> Mapping[str, str] | Failure:
        """Of these keys, those that lie in files which the job has not worked through, and in which. Every cell is quoted."""
        found: dict[str, str] = {}
        for path in sorted(self.folder.glob(f"{OURS}.csv")):
            try:
                if self.report(path.stem) is not None:
                    continue
                content = path.read_bytes()
            except FileNotFoundError:
                continue  # the job has taken it meanwhile: the books are asked
            except OSError as error:
                text = f"the folder of the import job cannot be read: {error.strerror}"
                return Failure(Code.UNREACHABLE, text, sent=False)
            found |= {key: path.stem for key in keys if f'"{key}"'.encode() in content}
        return found

    def put(self, name: str, content: bytes) -> Failure | None:
        """Write beside it, and move it in; what the move itself says is in doubt."""
        part = self.path(name).with_suffix(".part")
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self.drop(part)
            text = f"the folder of the import job cannot be written: {error.strerror}"
            return Failure(Code.UNREACHABLE, text, sent=False)
        try:
            move(part, self.path(name))
        except OSError as error:
            self.drop(part)
            text = f"whether the file is in the import job's folder is not known: {error.strerror}"
            return Failure(Code.NO_ANSWER, text)
        return None

    def log(self, name: str, keys: Sequence[str]) -> Log | Failure | None:
        """What the job says of a file, as far as it names these keys; None: the job has not ended."""
        try:
            text = self.report(name)
        except OSError as error:
            text = f"the import job's report cannot be read: {error.strerror}"
            return Failure(Code.SERVER_TROUBLE, text, sent=False)
        if text is None:
            return None
        lines = text.splitlines()
        refused = self.refused(lines, keys)
        whole = next((line for line in lines if CANNOT_READ in line and line not in refused.values()), "")
        return Log(refused, whole)

    def refused(self, lines: Sequence[str], keys: Sequence[str]) -> dict[str, str]:
        """Of these keys, those whose record failed, with the report's line."""
        return {key: line for line in lines for key in keys if f" {key}: " in line}

    def tidy(self, now: datetime) -> None:
        """Remove what was worked through long ago."""
        last = f"{(now - KEPT).astimezone(UTC):{STAMP}}"
        for name, left in list(self.ended()):
            if name[DIGEST + 1 :] < last:
                for path in left:
                    self.drop(path)

    def examine(self) -> Failure | None:
        """Whether files can be written there; leaves nothing."""
        probe = self.folder / "tidegate-check.part"
        try:
            probe.write_bytes(b"")
        except OSError as error:
            return Failure(Code.UNREACHABLE, f"{self.folder}: {error.strerror}", sent=False)
        self.drop(probe)
        return None

    def path(self, name: str) -> Path:
        """The path of a file until the job has taken it."""
        return self.folder / f"{name}.csv"

    def drop(self, path: Path) -> None:
        """Remove a file, if it can be removed."""
        with suppress(OSError):
            path.unlink(missing_ok=True)


#: How the names of our files look.
OURS = f"{'?' * DIGEST}-*"
