"""The folder into which a site exports whole files.

A file is taken when it has been still for a minute and is whole. One with far fewer rows than the last one is refused until a
person agrees: half an export would empty shelves. Beside `stock.csv` are `stock.rows`, how many rows the last one had, and,
for a while, `stock.agreed`: a file that a person makes to agree with far fewer rows; it counts for what was exported before it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure

STILL = timedelta(seconds=60)
LEAST = 80  #: per cent of the rows of the last file
R = TypeVar("R")


class ExportFolder:
    """The exports of one company."""

    def __init__(self, folder: Path, clock: Clock, encoding: str) -> None:
        self._folder = folder
        self._clock = clock
        self._encoding = encoding

    def read(
        self, name: str, rows: Callable[[str], list[R] | None], lacks: str = "", counted: str = ""
    ) -> list[R] | Failure:
        """The rows of a file. `rows` gives None for a text that is not whole; `lacks` says what else that may mean; `counted`:
        under which name their number is kept, where a file has several kinds of rows.
        """
        path = self._folder / name
        try:
            changed = path.stat().st_mtime
            found = rows(path.read_text(self._encoding))
            if self._clock.now() - datetime.fromtimestamp(changed, UTC) < STILL:
                return not_there(f"the export {path.name} is being written")
            if found is None:
                return not_there(f"the export {path.name} is not whole{lacks}")
            fewer = _fewer(path, counted or path.stem, len(found), changed)
        except (OSError, UnicodeDecodeError) as error:
            said = error.strerror if isinstance(error, OSError) else "another encoding"
            return not_there(f"the export {path.name} cannot be read: {said}")
        return found if fewer is None else fewer

    def exported_at(self, name: str) -> datetime | None:
        """When a file was written; None where there is none."""
        try:
            return datetime.fromtimestamp((self._folder / name).stat().st_mtime, UTC)
        except OSError:
            return None


def _fewer(path: Path, counted: str, count: int, changed: float) -> Failure | None:
    """Refuse a file of far fewer rows than the last; else remember how many it has. OSError."""
    kept, agreed = path.with_name(f"{counted}.rows"), path.with_suffix(".agreed")
    last = int(kept.read_text() or 0) if kept.exists() else 0
    if count * 100 < last * LEAST and not (agreed.exists() and agreed.stat().st_mtime >= changed):
        text = f"the export {path.name} has {count} rows, the last one had {last}: if that is right, make {agreed.name}"
        return not_there(text)
    if count != last:
        kept.write_text(str(count))
    return None


def not_there(text: str) -> Failure:
    """That an export cannot be taken now."""
    return Failure(Code.SERVER_TROUBLE, text, sent=False)
