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

EXPORTED = ("IC0290", "IC0274", "OE0520")


class Exports:
    """Writes the files of one company into a folder, as a scheduled job of the site does."""

    def __init__(self, views: Mapping[str, View], folder: Path, clock: SandboxClock) -> None:
        self._views = views
        self._folder = folder
        self._clock = clock

    def run(self, *, still: timedelta = timedelta(minutes=5)) -> None:
        """Write all files anew; they were finished so long ago."""
        for name in EXPORTED:
            view = self._views[name]
            path = self._folder / f"{TABLES[name].lower()}.csv"
            with path.open("w", encoding=CODE_PAGE, errors="replace", newline="") as file:
                writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
                writer.writerow([TYPE, *view.fields])
                writer.writerows(["1", *(row[field] for field in view.fields)] for row in view.rows())
            at = (self._clock.now() - still).timestamp()
            os.utime(path, (at, at))
