"""Tables that the site exports as CSV files: whole files, in the shape of its imports. Source: contract §17."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from tidegate.clock import Clock
from tidegate.domain.errors import Failure
from tidegate.sage.export_folder import ExportFolder
from tidegate.sage.sage300.csv_layout import CODE_PAGE, TYPE, numbers_of
from tidegate.sage.sage300.tables import WITHIN, Columns, Least, Only


class CsvExports:
    """The exports of one company, by the names of their tables: `iciloc.csv`."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = ExportFolder(folder, clock, CODE_PAGE)

    def read(
        self, table: str, columns: Sequence[str], only: Only | None = None, least: Least | None = None
    ) -> list[Columns] | Failure:
        """See :class:`tidegate.sage.sage300.tables.Tables`."""
        lacks = f", or lacks one of {', '.join(columns)}"
        name = f"{WITHIN.get(table, table).lower()}.csv"
        rows = self._folder.read(name, lambda text: _rows(text, columns), lacks, counted=table.lower())
        if isinstance(rows, Failure):
            return rows
        wanted = {column: set(values) for column, values in (only or {}).items()}
        return [
            {column: row[column] for column in columns}
            for row in rows
            if all(row.get(column) in values for column, values in wanted.items())
            and (not least or any(_number(row, column) >= number for column, number in least.items()))
        ]


def _rows(text: str, columns: Sequence[str]) -> list[Columns] | None:
    """None for a file that is cut off, or that lacks a column."""
    if not text.endswith("\n"):
        return None
    try:
        listed = [row for row in csv.reader(text.splitlines(), strict=True) if row]
    except csv.Error:
        return None
    headers = [row for row in listed if row[0] == TYPE]
    found = [at for at, row in enumerate(headers) if set(columns) <= set(row)]
    if not found:
        return None
    names, kind = headers[found[0]], numbers_of(listed, len(headers))[found[0]]
    rows = [row for row in listed if row[0] == kind]
    if any(len(row) != len(names) for row in rows):
        return None
    return [{name: cell.strip() for name, cell in zip(names, row, strict=True)} for row in rows]


def _number(row: Columns, column: str) -> int:
    """A whole number; -1 for what is none."""
    text = row.get(column, "").partition(".")[0]
    return int(text) if text.isdigit() else -1
