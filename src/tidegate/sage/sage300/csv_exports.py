"""Tables that the site exports as CSV files: whole files, in the shape of its imports. Source: contract §17.

A file is taken when its size has been still for a minute and its last line is complete. One with far fewer rows than the last
one is refused until a person agrees: half an export would empty shelves.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.sage.sage300.csv_layout import CODE_PAGE, TYPE
from tidegate.sage.sage300.tables import Columns, Only

STILL = timedelta(seconds=60)
LEAST = 80  #: per cent of the rows of the last file


class CsvExports:
    """The exports of one company, by the names of their tables: `iciloc.csv`.

    Beside each are `iciloc.rows`, how many rows the last one had, and, for a while, `iciloc.agreed`: a file that a person
    makes to agree with far fewer rows; it counts for what was exported before it.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def read(self, table: str, columns: Sequence[str], only: Only | None = None) -> list[Columns] | Failure:
        """See :class:`tidegate.sage.sage300.tables.Tables`."""
        path = self._folder / f"{table.lower()}.csv"
        try:
            changed = path.stat().st_mtime
            rows = _rows(path.read_text(CODE_PAGE), columns)
            if self._clock.now() - datetime.fromtimestamp(changed, UTC) < STILL:
                return _not_there(f"the export {path.name} is being written")
            if rows is None:
                text = f"the export {path.name} is not whole, or lacks one of {', '.join(columns)}"
                return _not_there(text)
            fewer = self._fewer(path, len(rows), changed)
        except OSError as error:
            return _not_there(f"the export {path.name} cannot be read: {error.strerror}")
        if fewer is not None:
            return fewer
        wanted = {column: set(values) for column, values in (only or {}).items()}
        return [
            {column: row[column] for column in columns}
            for row in rows
            if all(row.get(column) in values for column, values in wanted.items())
        ]

    def _fewer(self, path: Path, count: int, changed: float) -> Failure | None:
        """Refuse a file of far fewer rows than the last; else remember how many it has. OSError."""
        kept, agreed = path.with_suffix(".rows"), path.with_suffix(".agreed")
        last = int(kept.read_text() or 0) if kept.exists() else 0
        if count * 100 < last * LEAST and not (agreed.exists() and agreed.stat().st_mtime >= changed):
            text = f"the export {path.name} has {count} rows, the last one had {last}: if that is right, make {agreed.name}"
            return _not_there(text)
        if count != last:
            kept.write_text(str(count))
        return None


def _rows(text: str, columns: Sequence[str]) -> list[Columns] | None:
    """None for a file that is cut off, or that lacks a column."""
    if not text.endswith("\n"):
        return None
    try:
        listed = [row for row in csv.reader(text.splitlines(), strict=True) if row]
    except csv.Error:
        return None
    headers = [row for row in listed if row[0] == TYPE and set(columns) <= set(row)]
    if not headers:
        return None
    names = headers[0]
    rows = [row for row in listed if row[0] != TYPE]
    if any(len(row) != len(names) for row in rows):
        return None
    return [{name: cell.strip() for name, cell in zip(names, row, strict=True)} for row in rows]


def _not_there(text: str) -> Failure:
    return Failure(Code.SERVER_TROUBLE, text, sent=False)
