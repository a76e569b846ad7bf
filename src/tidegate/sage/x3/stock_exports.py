"""Stock as an export template has it: whole pictures, carried by SOAP or in files of a folder. Source: contract §8, §12.

The layout is ours (A): a record a product and site, `S;ITMREF;STOFCY;PHYSTO;GLOALL;PHYALL;SALSTO`, and at the end how many
there are, `END;rows`: without it, or with another number, the text is not whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.sage.export_folder import ExportFolder, not_there
from tidegate.sage.x3 import objects
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.rows import Row, text_of
from tidegate.sage.x3.tasks import Runs

NAMES = ("ITMREF", "STOFCY", "PHYSTO", "GLOALL", "PHYALL", "SALSTO")
RECORD, END, SEPARATOR = "S", "END", ";"
GRACE = timedelta(minutes=15)  #: that a task may be late, before its last file counts as old
Levels = Callable[[], list[Row] | Failure]


def rows_of(text: str) -> list[Row] | None:
    """The rows of an export; None for a text that is not whole."""
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines or lines[-1].strip() != f"{END}{SEPARATOR}{len(lines) - 1}":
        return None
    rows: list[Row] = []
    for line in lines[:-1]:
        kind, *cells = line.strip().split(SEPARATOR)
        if kind != RECORD or len(cells) != len(NAMES):
            return None
        rows.append(dict(zip(NAMES, cells, strict=True)))
    return rows


def by_soap(client: X3Client, program: str, template: str) -> Levels:
    """The export is made when it is asked for."""

    def read() -> list[Row] | Failure:
        given = {"I_MODEXP": template, "I_EXEC": "REALTIME"}
        content = msgspec.json.encode({"GRP1": given}).decode()
        made = client.call("run", program, {"inputXml": content}, reading=True, ours=tuple(given.values()))
        if isinstance(made, Failure):
            return made
        found = objects.stored(made.result)
        rows = rows_of(text_of(found.header, "O_FILE")) if found is not None else None
        if rows is None:
            return Failure(Code.SERVER_TROUBLE, f"the export {template} is not whole", sent=False)
        return rows

    return read


def by_files(folder: ExportFolder, template: str, runs: Runs, clock: Clock) -> Levels:
    """The last file that a task has left; one that a later run should have replaced is refused."""
    name = f"{template}.csv"

    def read() -> list[Row] | Failure:
        exported = folder.exported_at(name)
        if exported is not None and runs.is_late(exported, clock.now(), GRACE):
            return not_there(
                f"the export {name} is of {exported:%Y-%m-%d %H:%M} UTC: its task should have run since"
            )
        return folder.read(name, rows_of)

    return read


def of_sites(rows: Sequence[Row], warehouses: Sequence[str]) -> list[Row]:
    """Those of these sites; all where none is named."""
    return [row for row in rows if not warehouses or text_of(row, "STOFCY") in warehouses]
