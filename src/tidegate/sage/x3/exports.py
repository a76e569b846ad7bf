"""Classes as export templates have them: whole pictures, carried by SOAP or in files of a folder. Source: contract §1, §8.

One reader for all of them. It answers the same conditions as REST, over the rows of the last export. A document's lines
are those of the text its header was read from.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.sage.export_folder import ExportFolder, not_there
from tidegate.sage.x3 import objects, queries
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.export_layouts import LISTS, Layout
from tidegate.sage.x3.queries import Where
from tidegate.sage.x3.rows import Row, text_of
from tidegate.sage.x3.tasks import Runs

END, SEPARATOR = "END", ";"
GRACE = timedelta(minutes=15)  #: that a task may be late, before its last file counts as old
LONGEST = timedelta(minutes=15)  #: that a task may write one file, A
Record = tuple[str, Row]
"""The class of a record, and its fields."""


class Source(Protocol):
    """Where the text of an export comes from."""

    def records(self, layout: Layout) -> list[Record] | Failure:
        """All records of a whole export."""

    def true_at(self, layout: Layout) -> datetime | None:
        """When its figures were true, aware UTC; None: when it was asked for."""


class Exports:
    """:class:`tidegate.sage.x3.reader.Reader` over exports."""

    def __init__(self, source: Source, layouts: Iterable[Layout]) -> None:
        self._source = source
        self._layouts = {name: layout for layout in layouts for name in layout.classes}
        self._lines: dict[str, list[Row]] = {}  #: of the headers that were read last

    def read(self, name: str, where: Where = ()) -> list[Row] | Failure:
        """The rows of the export as it is now that meet a condition; lines: those of the headers read last."""
        layout = self._layouts[name]
        if name != layout.classes[0] and name in self._lines:
            return queries.chosen(self._lines[name], where)
        records = self._source.records(layout)
        if isinstance(records, Failure):
            return records
        rows: dict[str, list[Row]] = {one: [] for one in layout.classes}
        for kind, row in records:
            rows[kind].append(row)
        self._lines |= {one: rows[one] for one in layout.classes[1:]}
        return queries.chosen(rows[name], where)

    def read_pooled(self, name: str, terms: Mapping[str, Sequence[str]]) -> list[Row] | Failure:
        """The rows that meet any term of any name."""
        where = tuple(term for some in terms.values() for term in some)
        return self.read(name, where) if where else []

    def true_at(self, name: str) -> datetime | None:
        """When the figures of a class were true; None: just now."""
        return self._source.true_at(self._layouts[name])


class BySoap:
    """An export is made when it is asked for."""

    def __init__(self, client: X3Client, program: str) -> None:
        """`program`: the published name of the sub-program that exports."""
        self._client = client
        self._program = program

    def records(self, layout: Layout) -> list[Record] | Failure:
        """See :class:`Source`."""
        given = {"I_MODEXP": layout.template, "I_EXEC": "REALTIME"}
        content = msgspec.json.encode({"GRP1": given}).decode()
        made = self._client.call(
            "run", self._program, {"inputXml": content}, reading=True, ours=tuple(given.values())
        )
        if isinstance(made, Failure):
            return made
        found = objects.stored(made.result)
        records = records_of(text_of(found.header, "O_FILE"), layout) if found is not None else None
        if records is None:
            text = f"the export {layout.template} is not whole, or of another layout"
            return Failure(Code.SERVER_TROUBLE, text, sent=False)
        return records

    def true_at(self, layout: Layout) -> None:
        """See :class:`Source`."""


class ByFiles:
    """The last file that a task has left; one that a later run should have replaced is refused."""

    def __init__(self, folder: ExportFolder, runs: Runs, clock: Clock) -> None:
        self._folder = folder
        self._runs = runs
        self._clock = clock

    def records(self, layout: Layout) -> list[Record] | Failure:
        """See :class:`Source`."""
        name = _file(layout.template)
        made = self._folder.exported_at(name)
        if made is not None and self._runs.is_late(made, self._clock.now(), GRACE):
            return not_there(
                f"the export {name} is of {made:%Y-%m-%d %H:%M} UTC: its task should have run since"
            )
        for other in layout.after:
            before = self._folder.exported_at(_file(other))
            if made is not None and before is not None and before > made:
                text = f"the export {name} is older than {_file(other)}, which must be exported before it"
                return not_there(text)
        return self._folder.read(name, lambda text: records_of(text, layout), ", or of another layout")

    def true_at(self, layout: Layout) -> datetime | None:
        """See :class:`Source`: a file was finished some time after it was begun."""
        made = self._folder.exported_at(_file(layout.template))
        return made and made - LONGEST


def records_of(text: str, layout: Layout) -> list[Record] | None:
    """The records of an export; None for a text that is not whole, or that has another layout."""
    try:
        lines = [cells for cells in csv.reader(text.split("\n"), delimiter=SEPARATOR, strict=True) if cells]
    except csv.Error:
        return None
    if not lines or [cell.strip() for cell in lines[-1]] != [END, str(len(lines) - 1)]:
        return None
    found: list[Record] = []
    for kind, *cells in lines[:-1]:
        name, columns = layout.records.get(kind, ("", ()))
        if not name or len(cells) != len(columns):
            return None
        found.append((name, _row(columns, cells)))
    return found


def _row(columns: Sequence[str], cells: Sequence[str]) -> Row:
    row: dict[str, Any] = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    for name, count in LISTS.items():
        if f"{name}1" in row:
            row[name] = [row.pop(f"{name}{at}") for at in range(1, count + 1)]
    return row


def _file(template: str) -> str:
    return f"{template}.csv"
