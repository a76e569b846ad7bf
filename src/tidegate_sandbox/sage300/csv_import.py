"""Imports: jobs of the site that read CSV files of views, one header row a record type (contract §17).

It takes a LanPak while it runs. Records are judged one by one: it goes on after a bad one. A file that was entered moves to
``done/``; of one with failed records, or that cannot be read, a report stays beside it as ``<batch>.err``, and the job takes
that file no more.
"""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage300.database import Database
from tidegate_sandbox.sage300.lanpaks import Seats
from tidegate_sandbox.sage300.oe_columns import detail_of, header_of, note_of, option_of
from tidegate_sandbox.sage300.oe_entry import OrderEntry
from tidegate_sandbox.sage300.problem import Problem
from tidegate_sandbox.sage300.resource import Body

CODE_PAGE = "cp1252"
TYPE = "RECTYPE"
USER = "IMPORT"


@dataclass
class Report:
    """What a run did."""

    started: bool = True
    inserted: list[str] = field(default_factory=list)  #: references, or account numbers
    failed: list[str] = field(default_factory=list)  #: lines of the reports


class RecordRefused(Exception):
    """A record, or a whole file, that is not imported."""


class FileImport(ABC):
    """A job of one company. Files are read from ``folder``, oldest name first.

    ``refuses`` records by our key, each with its text; ``cannot_read`` files in which one of these stands, ``damaged`` those of
    these names; ``keeps_logs``: whether anything is left of a file.
    """

    key = ""  #: the property that holds our key
    name = ""  #: the property by which a report names a record

    def __init__(self, database: Database, folder: Path, seats: Seats | None = None) -> None:
        self._database = database
        self.folder = folder
        self._seats = seats
        self._checked: dict[str, int] = {}  #: file -> the records of it that were judged
        self._failed: dict[str, list[str]] = {}
        self.refuses: dict[str, str] = {}
        self.cannot_read: set[str] = set()
        self.damaged: set[str] = set()  #: names of files
        self.keeps_logs = True

    @abstractmethod
    def insert(self, body: Body) -> None:
        """Enter a document. Problem, Refusal."""

    @abstractmethod
    def put(self, found: dict[str, Body], row: Mapping[str, str]) -> None:
        """Take a record in: what it is, its columns say. RecordRefused, ValueError."""

    def run(self, most: int | None = None) -> Report:
        """One run over the files that wait; or as far as so many documents more."""
        report = Report()
        try:
            if self._seats is not None:
                self._seats.take(USER, self._database.id)
            with self._database.working(writes=True):
                for path in sorted(self.folder.glob("*.csv")):
                    if not path.with_suffix(".err").exists():
                        most = self._file(path, report, most)
        except (Problem, Refusal) as refused:
            report.started = False
            report.failed.append(refused.text)
        return report

    def _file(self, path: Path, report: Report, most: int | None) -> int | None:
        failed = self._failed.setdefault(path.name, [])
        try:
            bodies = self._bodies(path)
        except (RecordRefused, ValueError, csv.Error) as error:
            report.failed.append(f"{path.name} cannot be read: {error}")
            self._end(path, [f"{path.name} cannot be read: {error}"])
            return most
        for number, body in enumerate(bodies):
            if number < self._checked.get(path.name, 0):
                continue
            if most == 0:
                return most
            most = None if most is None else most - 1
            self._checked[path.name] = number + 1
            name = str(body.get(self.name, ""))
            try:
                if (text := self.refuses.get(str(body.get(self.key)))) is not None:
                    raise RecordRefused(text)
                self.insert(body)
                report.inserted.append(name)
            except (Problem, Refusal, RecordRefused) as refused:
                failed.append(f"{path.name} record {number + 1} {name}: {refused}")
                report.failed.append(failed[-1])
        inserted = len(bodies) - len(failed)
        summary = [f"{path.name} {inserted} inserted, 0 updated, {len(failed)} failed"]
        self._end(path, [*summary, *failed] if failed else [])
        return most

    def _end(self, path: Path, lines: list[str]) -> None:
        if not self.keeps_logs:
            path.unlink()
        elif lines:
            path.with_suffix(".err").write_text("".join(f"{one}\r\n" for one in lines), CODE_PAGE, newline="")
        else:
            done = path.parent / "done"
            done.mkdir(exist_ok=True)
            path.replace(done / path.name)

    def _bodies(self, path: Path) -> list[Body]:
        """The documents of a file as bodies, in the sequence in which their columns stand. RecordRefused, ValueError."""
        with path.open(encoding=CODE_PAGE, newline="") as file:
            rows = [row for row in csv.reader(file, strict=True) if row]
        names = _names(rows)
        found: dict[str, Body] = {}
        for row in rows:
            if row[0] == TYPE:
                continue
            columns = names.get(row[0])
            if columns is None or len(row) != len(columns):
                raise RecordRefused(f"a record of type {row[0]} does not have the columns of its header row")
            self.put(found, dict(zip(columns, row, strict=True)))
        unreadable = any(str(body.get(self.key)) in self.cannot_read for body in found.values())
        if unreadable or path.name in self.damaged:
            raise RecordRefused("the file is damaged")
        return list(found.values())


class OrderImport(FileImport):
    """The import of orders."""

    key = name = "OrderReference"

    def insert(self, body: Body) -> None:
        OrderEntry(self._database).insert(body)

    def put(self, found: dict[str, Body], row: Mapping[str, str]) -> None:
        """A detail finds its order by ORDUNIQ, a link within the file alone."""
        link = row.get("ORDUNIQ", "")
        if "REFERENCE" in row:
            found[link] = header_of(row)
            return
        if link not in found:
            raise RecordRefused(f"a record stands before its order {link}")
        body = found[link]
        if "QTYORDERED" in row:
            body.setdefault("OrderDetails", []).append(detail_of(row))
        elif "LINENUM" in row and "OPTFIELD" in row:
            [line] = [one for one in body["OrderDetails"] if one["LineNumber"] == int(row["LINENUM"])]
            line.setdefault("OrderDetailOptionalFields", []).append(option_of(row))
        elif "OPTFIELD" in row:
            body.setdefault("OrderOptionalFields", []).append(option_of(row))
        elif "COIN" in row:
            body.setdefault("OrderCommentsInstructions", []).append(note_of(row))
        else:
            raise RecordRefused("a record of a type that this job does not know")


def _names(rows: Iterable[list[str]]) -> dict[str, list[str]]:
    """The columns of each record type: its header rows stand in the sequence of the types."""
    listed = list(rows)
    headers = [row for row in listed if row[0] == TYPE]
    types = sorted({row[0] for row in listed if row[0] != TYPE}, key=int)
    if not headers or len(types) > len(headers):
        raise RecordRefused("there is no header row for each type of record")
    return {str(at): row for at, row in enumerate(headers, 1)}
