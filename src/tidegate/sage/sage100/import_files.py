"""The folder that Sage's import job takes files of orders from: written, moved in whole, and read back.

Source: contract §11. One file a batch; it stays until its batch is settled, and is never offered again, so every file has
a name of its own. The job's log of a file lies beside it once the job has come to its end (A).
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.sage.sage100.wire_names import CODE_PAGE, COMMENT_ITEM

DIGEST = 20  #: characters of the content's digest that a file's name begins with
STAMP = "%Y%m%d%H%M%S"
KEPT = timedelta(days=30)  #: so long a file that was worked through stays, for people to look at
CANNOT_READ = "cannot be read"  #: A: what the log says of a file that the job gave up as a whole
move = os.replace  #: within one folder: the job never sees half a file


@dataclass(frozen=True, slots=True)
class Log:
    """What the job says of one file: refused orders by key, and a word on the whole file."""

    refused: Mapping[str, str]
    whole: str = ""


class ImportFiles:
    """The files of one company."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new_name(self, digest: str, now: datetime) -> str:
        """A name that no file has had, beginning with the digest of what the file holds."""
        while True:
            name = f"{digest[:DIGEST]}-{now.astimezone(UTC):{STAMP}}"
            if not self.has(name) and self.log(name, ()) is None:
                return name
            now += timedelta(seconds=1)

    def named(self, digest: str) -> str:
        """The last file with this content; "" if there is none."""
        found = (path.stem for path in self._folder.glob(f"{digest[:DIGEST]}-*.csv"))
        return max(found, default="")

    def has(self, name: str) -> bool:
        """Whether the file lies there."""
        return self._path(name).exists()

    def put(self, name: str, content: bytes) -> Failure | None:
        """Write beside it, and move it in; what the move itself says is in doubt."""
        part = self._path(name).with_suffix(".part")
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self._drop(part)
            text = f"the folder of the import job cannot be written: {error.strerror}"
            return Failure(Code.UNREACHABLE, text, sent=False)
        try:
            move(part, self._path(name))
        except OSError as error:
            self._drop(part)
            text = f"whether the import job's folder has the file is not clear: {error.strerror}"
            return Failure(Code.NO_ANSWER, text)
        return None

    def log(self, name: str, keys: Sequence[str]) -> Log | Failure | None:
        """The job's log of a file, as far as it speaks of these keys; None: the job has not come to its end."""
        try:
            lines = self._path(name).with_suffix(".log").read_text(CODE_PAGE, "replace").splitlines()
        except FileNotFoundError:
            return None
        except OSError as error:
            text = f"the import job's log cannot be read: {error.strerror}"
            return Failure(Code.SERVER_TROUBLE, text, sent=False)
        refused = {key: line for line in lines for key in keys if f" {key}: " in line}
        whole = next((line for line in lines if CANNOT_READ in line and line not in refused.values()), "")
        return Log(refused, whole)

    def tidy(self, now: datetime) -> None:
        """Remove what was worked through long ago."""
        last = f"{(now - KEPT).astimezone(UTC):{STAMP}}"
        for log in self._folder.glob(f"{'?' * DIGEST}-*.log"):
            if log.stem[DIGEST + 1 :] < last:
                self._drop(log.with_suffix(".csv"))
                self._drop(log)

    def examine(self) -> Failure | None:
        """Whether files can be written there; leaves nothing."""
        probe = self._folder / "tidegate-check.part"
        try:
            probe.write_bytes(b"")
        except OSError as error:
            return Failure(Code.UNREACHABLE, f"{self._folder}: {error.strerror}", sent=False)
        self._drop(probe)
        return None

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.csv"

    def _drop(self, path: Path) -> None:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def content_of(payloads: Sequence[Mapping[str, Any]]) -> bytes:
    """The file; characters that Sage's code page does not have are replaced."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for payload in payloads:
        for row in (_header(payload), *(_line(payload["key"], line) for line in payload["lines"])):
            writer.writerow([_one_line(cell) for cell in row])
    return file.getvalue().encode(CODE_PAGE, "replace")


def _header(payload: Mapping[str, Any]) -> list[str | None]:
    place: Mapping[str, Any] = payload["ship_to"] or {}
    first, second, third = [*place.get("address", ()), "", "", ""][:3]
    return [
        "H",
        payload["key"],
        payload["division"],
        payload["customer"],
        payload["order_date"].replace("-", ""),
        payload["customer_po"],
        place.get("name"),
        first,
        second,
        third,
        *(place.get(name) for name in ("city", "state", "zip", "country")),
        payload["ship_via"],
        payload["warehouse"],
        payload["tax_schedule"],
        payload["terms"],
        payload["freight"],
        payload["discount"],
        payload["comment"],
    ]


def _line(key: str, line: Mapping[str, Any]) -> list[str | None]:
    """Item, warehouse, quantity, price, comment, and the shop's line; a charge is one piece of its amount (A)."""
    match line["type"]:
        case "comment":
            return ["L", key, COMMENT_ITEM, "", "", "", line["text"], ""]
        case "charge":
            return ["L", key, line["item"], "", "1", line["amount"], "", line["key"]]
        case _:
            sold = (line["item"], line["warehouse"], line["quantity"], line["unit_price"])
            return ["L", key, *sold, line["description"], line["key"]]


def _one_line(cell: str | None) -> str:
    """A cell may not break its record, whatever its text."""
    return " ".join((cell or "").split())
