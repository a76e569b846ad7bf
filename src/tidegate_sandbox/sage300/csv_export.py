"""The site's exports: whole tables as CSV files, one header row and its records (contract §17)."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.sage300.csv_import import CODE_PAGE, TYPE
from tidegate_sandbox.sage300.sql_login import TABLES
from tidegate_sandbox.sage300.views import View

#: The views of each file: the first one's table names it, and each has records of a type of its own.
EXPORTED = (
    ("IC0290",),
    ("IC0274",),
    ("IC0480", "IC0482"),
    ("OE0520", "OE0500", "OE0501"),
    ("OE0692", "OE0691"),
    ("OE0420", "OE0400"),
)


class Exports:
    """Writes the files of one company into a folder, as a scheduled job of the site does."""

    def __init__(self, views: Mapping[str, View], folder: Path, clock: SandboxClock) -> None:
        self._views = views
        self._folder = folder
        self._clock = clock

    def run(self, *, still: timedelta = timedelta(minutes=5)) -> None:
        """Write all files anew; they were finished so long ago."""
        for names in EXPORTED:
            views = [self._views[name] for name in names]
            path = self._folder / f"{TABLES[names[0]].lower()}.csv"
            with path.open("w", encoding=CODE_PAGE, errors="replace", newline="") as file:
                writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
                writer.writerows([TYPE, *view.fields] for view in views)
                for kind, view in enumerate(views, 1):
                    writer.writerows([str(kind), *(row[name] for name in view.fields)] for row in view.rows())
            at = (self._clock.now() - still).timestamp()
            os.utime(path, (at, at))
