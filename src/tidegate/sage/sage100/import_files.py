"""The folder that Visual Integrator takes files of orders from, and what a file looks like.

Source: contract §11. The job's log of a file is beside it once the job has ended (A).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tidegate.sage.import_folder import OURS, ImportFolder
from tidegate.sage.sage100.wire_names import CODE_PAGE, COMMENT_ITEM


class ImportFiles(ImportFolder):
    """The files of one company."""

    def report(self, name: str) -> str | None:
        """The log, with a line for each order that was refused."""
        try:
            return self.path(name).with_suffix(".log").read_text(CODE_PAGE, "replace")
        except FileNotFoundError:
            return None

    def ended(self) -> Iterator[tuple[str, Sequence[Path]]]:
        """The files that have a log."""
        for log in self.folder.glob(f"{OURS}.log"):
            yield log.stem, (log.with_suffix(".csv"), log)


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
