"""Tables that the site exports as CSV files: whole files, in the shape of its imports. Source: contract §17."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from tidegate.clock import Clock
from tidegate.domain.errors import Failure
from tidegate.sage.export_folder import ExportFolder, not_there
from tidegate.sage.sage300.csv_layout import CODE_PAGE, TYPE, numbers_of
from tidegate.sage.sage300.tables import WITHIN, Columns, Least, Only

LONGEST = timedelta(minutes=15)  #: that the site may take for one export, A


class CsvExports:
    """The exports of one company, by the names of their tables: `iciloc.csv`."""

    def __init__(self, folder: Path, clock: Clock, first: Mapping[str, Sequence[str]] | None = None) -> None:
        """`first`: tables that must have been exported before this one, or with it."""
        self._folder = ExportFolder(folder, clock, CODE_PAGE)
        self._first = first or {}

    def read(
        self, table: str, columns: Sequence[str], only: Only | None = None, least: Least | None = None
    ) -> list[Columns] | Failure:
        """See :class:`tidegate.sage.sage300.tables.Tables`."""
        late = self._newer_than(table)
        if late:
            text = f"the export {_file(table)} is older than {late}: {late} must be exported before it"
            return not_there(text)
        lacks = f", or lacks one of {', '.join(columns)}"
        name = _file(table)
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

    def true_at(self, table: str) -> datetime | None:
        """See :class:`tidegate.sage.sage300.tables.Tables`: the file was finished some time after it was begun."""
        made = self._folder.exported_at(_file(table))
        return made and made - LONGEST

    def _newer_than(self, table: str) -> str:
        """The file that should be older than this table's, and is not."""
        made = self._folder.exported_at(_file(table))
        for other in self._first.get(table, ()):
            before = self._folder.exported_at(_file(other))
            if made is not None and before is not None and before > made:
                return _file(other)
        return ""


def _file(table: str) -> str:
    return f"{WITHIN.get(table, table).lower()}.csv"


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
