"""The readers of one company, by their ways."""

from __future__ import annotations

from pathlib import Path

from tidegate.clock import Clock
from tidegate.sage.export_folder import ExportFolder
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.export_layouts import layouts
from tidegate.sage.x3.exports import ByFiles, BySoap, Exports
from tidegate.sage.x3.reader import Reader
from tidegate.sage.x3.settings import Way, X3Settings


class Readers:
    """By which way classes are read: one reader a way, whatever it reads."""

    def __init__(self, client: X3Client, company: X3Settings, clock: Clock) -> None:
        made = layouts(company).values()
        folder = ExportFolder(Path(company.exports_folder), clock, "utf-8")
        self._readers: dict[Way, Reader] = {
            "rest": client,
            "soap": Exports(BySoap(client, company.export_program), made),
            "files": Exports(ByFiles(folder, company.runs("export"), clock), made),
        }

    def by(self, way: Way) -> Reader:
        """The reader of this way."""
        return self._readers[way]
