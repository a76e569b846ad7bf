"""Import and export templates carried by SOAP: `AOWSIMPORT`, `AOWSEXPORT`, `AOWSBATGET` (contract §8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tidegate_sandbox.x3.folder import Folder
from tidegate_sandbox.x3.objects import Row, written
from tidegate_sandbox.x3.order_object import ELEMENTS, OrderObject
from tidegate_sandbox.x3.problem import Problem

ORDERS = "YTGSOH"
HEADER = (
    *("SALFCY", "SOHTYP", "SOHNUM", "CUSORDREF", "BPCORD", "ORDDAT", "CUR", "STOFCY", "BPDNAM"),
    *("ADDLIG1", "ADDLIG2", "ADDLIG3", "BPDPOSCOD", "BPDCTY", "BPDSAT", "BPDCRY", "DEMDLVDAT", "MDL"),
    *("BPTNUM", "YMAGKEY"),
)
LINE = ("ITMREF", "SAU", "QTY", "GROPRI", "DISCRGVAL1", "DSTOFCY", "ITMDES")


class Import:
    """`AOWSIMPORT`: each document is judged on its own; rejected ones do not stop the rest."""

    def __init__(self, folder: Folder, orders: OrderObject) -> None:
        self._folder = folder
        self._orders = orders

    def run(self, values: Row, *, as_json: bool) -> str:
        """Import at once, or under a request number."""
        if values.get("I_MODIMP") != ORDERS:
            raise Problem(f"Template {values.get('I_MODIMP')} does not exist")
        outputs = self._imported(str(values.get("I_FILE", "")), str(values.get("I_RECORDSEP", "|")))
        if values.get("I_EXEC") == "BATCH":
            number = f"{len(self._folder.requests) + 1:08d}"
            self._folder.requests[number] = outputs
            outputs = {"O_STATUS": "0", "O_REQNUM": number, "O_MESSAGE": "", "O_LOG": ""}
        return written({"GRP2": outputs}, as_json=as_json)

    def _imported(self, text: str, separator: str) -> dict[str, str]:
        log: list[str] = []
        faulty = 0
        if not text.rstrip().endswith("END"):
            return {"O_STATUS": "1", "O_MESSAGE": "END is missing", "O_LOG": "", "O_REQNUM": ""}
        for header, tables in self._documents(text, separator):
            try:
                order, _ = self._orders.save(header, tables)
                log.append(f"{order.number} created")
            except Problem as problem:
                faulty += 1
                log += problem.messages
        return {
            "O_STATUS": "1" if faulty else "0",
            "O_MESSAGE": f"{faulty} documents in error" if faulty else "",
            "O_LOG": "\n".join(log),
            "O_REQNUM": "",
        }

    def _documents(self, text: str, separator: str) -> Iterator[tuple[Row, dict[str, list[Row]]]]:
        header: Row | None = None
        tables: dict[str, list[Row]] = {}
        for record in text.split(separator):
            kind, *parts = record.strip().split(";")
            if kind in ("E", "END") and header is not None:
                yield header, tables
                header = None
            if kind == "E":
                header, tables = _header(parts), {self._orders.lines: [], ELEMENTS: []}
            elif kind == "L" and header is not None:
                tables[self._orders.lines].append(_named(LINE, parts))
            elif kind == "F" and header is not None:
                tables[ELEMENTS].append(_named(("INVDTA", "INVDTAAMT"), parts))


def _named(names: tuple[str, ...], parts: list[str]) -> Row:
    return {name: part for name, part in zip(names, parts, strict=False) if part}


def _header(parts: list[str]) -> Row:
    found = _named(HEADER, parts)
    lines = [found.pop(f"ADDLIG{at}", "") for at in (1, 2, 3)]
    return {**found, "BPDADDLIG": lines} if any(lines) else found


class BatchGet:
    """`AOWSBATGET`: what became of a request."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def run(self, values: Row, *, as_json: bool) -> str:
        """Its outputs."""
        found = self._folder.requests.get(str(values.get("I_REQNUM", "")))
        if found is None:
            raise Problem(f"Request {values.get('I_REQNUM')} does not exist")
        return written({"GRP2": found}, as_json=as_json)


class Export:
    """`AOWSEXPORT`: stock by product and site, with a trailer line."""

    def __init__(self, folder: Folder, classes: Any) -> None:
        self._folder = folder
        self._classes = classes

    def run(self, values: Row, *, as_json: bool) -> str:
        """The file's text, as the template `YTGSTOCK` lays it out."""
        if values.get("I_MODEXP") != "YTGSTOCK":
            raise Problem(f"Template {values.get('I_MODEXP')} does not exist")
        stock = self._classes["ITMMVT"]
        rows = [stock.shown(one) for one in stock.rows()]
        names = ("ITMREF", "STOFCY", "PHYSTO", "GLOALL", "PHYALL", "SALSTO")
        lines = ["S;" + ";".join(str(row[name]) for name in names) for row in rows]
        text = "\n".join([*lines, f"END;{len(rows)}"])
        return written({"GRP2": {"O_STATUS": "0", "O_FILE": text}}, as_json=as_json)
