"""Visual Integrator: an import job that reads orders from a file by a fixed layout (contract section 11).

It takes a seat while it runs and fails as a whole when none is free. Records are judged one by one: those that
are refused stand in the error log, the others are imported. The exit code says nothing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage100.business_object import Fields
from tidegate_sandbox.sage100.company import SageCompany
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.script import Session
from tidegate_sandbox.sage100.so_order import SalesOrder

HEADER = (
    "ARDivisionNo$",
    "CustomerNo$",
    "OrderDate$",
    "CustomerPONo$",
    "ShipToName$",
    "ShipToAddress1$",
    "ShipToAddress2$",
    "ShipToAddress3$",
    "ShipToCity$",
    "ShipToState$",
    "ShipToZipCode$",
    "ShipToCountryCode$",
    "ShipVia$",
    "WarehouseCode$",
    "TaxSchedule$",
    "TermsCode$",
    "FreightAmt",
    "DiscountAmt",
    "Comment$",
)
NAME_AT = 6  #: where a record names who the goods are shipped to
LINE = ("ItemCode$", "WarehouseCode$", "QuantityOrdered", "UnitPrice", "CommentText$", "UDF_MAGENTO_ITEM$")


@dataclass
class Report:
    """What a run did. ``log``: the error log, one line for each refused record."""

    started: bool = True
    imported: list[str] = field(default_factory=list)  #: keys
    log: list[str] = field(default_factory=list)


class RecordRefused(Exception):
    """A record that is not imported; the text is for the log."""


class ImportJob:
    """The job of one company. Files are read from ``folder``, oldest name first, and stay where they are.

    ``refuses`` orders by key, each with its text; ``cannot_read`` files in which one of these keys stands; ``keeps_logs``
    whether the job was set up to write them.
    """

    def __init__(self, installation: Installation, company: SageCompany, folder: Path) -> None:
        self._installation = installation
        self._company = company
        self._folder = folder
        self._done: dict[str, int] = {}  #: file -> the records of it that were judged
        self._logged: dict[str, list[str]] = {}
        self.refuses: dict[str, str] = {}
        self.cannot_read: set[str] = set()
        self.damaged: set[str] = set()  #: files that cannot be read
        self.keeps_logs = True

    def damage_next(self) -> None:
        """The file that waits longest cannot be read: the job gives it up as a whole, once."""
        waiting = [path for path in sorted(self._folder.glob("*.csv")) if path.name not in self._done]
        if waiting:
            self.damaged.add(waiting[0].name)

    def run(self, most: int | None = None) -> Report:
        """One unattended run over the files that have not been read yet; or as far as so many orders more of each."""
        report = Report()
        licence = self._installation.licence
        process = licence.start()
        try:
            licence.take(process, "import")
            if self._company.kernel.window.closed() is not None:
                raise Refusal("locked", self._installation.text("company_locked"))
            session = Session(self._installation, process)
            session.user, session.company, session.day = "import", self._company, self._company.kernel.today()
            for path in sorted(self._folder.glob("*.csv")):
                self._file(session, path, report, most)
        except Refusal as refusal:
            report.started = False
            report.log.append(refusal.text)
        finally:
            licence.end(process.process)
        return report

    def _file(self, session: Session, path: Path, report: Report, most: int | None) -> None:
        with path.open(encoding="cp1252", newline="") as file:
            records = list(csv.reader(file))
        logged = self._logged.setdefault(path.name, [])
        if path.name in self.damaged or any(one[1] in self.cannot_read for one in records if len(one) > 1):
            if path.name not in self._done:
                logged.append(f"{path.name}: the file cannot be read")
            self._done[path.name] = len(records)
        for number, record in enumerate(records, 1):
            if not record or record[0] != "H" or number <= self._done.get(path.name, 0):
                continue
            if most == 0:
                return
            most = None if most is None else most - 1
            self._done[path.name] = number
            lines = [one for one in records if one and one[0] == "L" and one[1] == record[1]]
            try:
                if record[1] in self.refuses:
                    raise RecordRefused(self.refuses[record[1]])
                self._order(session, record, lines)
                report.imported.append(record[1])
            except RecordRefused as refused:
                logged.append(f"{path.name} record {number} {record[1]}: {refused}")
                report.log.append(logged[-1])
        self._done[path.name] = len(records)
        if self.keeps_logs:
            path.with_suffix(".log").write_text("".join(f"{one}\r\n" for one in logged), "cp1252", newline="")

    def _order(self, session: Session, header: list[str], lines: list[list[str]]) -> None:
        order = SalesOrder(self._installation, session)
        try:
            order.nSetKey(self._company.order_number())
            for name, value in zip(HEADER[:3], header[2:5], strict=False):
                self._set(order, name, value)
            self._set(order, "UDF_MAGENTO_ORDER$", header[1])
            delivered = len(header) > NAME_AT and bool(header[NAME_AT])
            for name, value in zip(HEADER[3:], header[5:], strict=False):
                # An address goes in whole: an empty line is taken over, or a line of the customer's own would stay (A).
                if value or (delivered and name.startswith("ShipTo")):
                    self._set(order, name, value)
            for line in lines:
                order.oLines.nAddLine()
                for name, value in zip(LINE, line[2:], strict=False):
                    if value:
                        self._set(order.oLines, name, value)
                if order.oLines.nWrite() == 0:
                    raise RecordRefused(order.oLines.sLastErrorMsg)
            if order.nWrite() == 0:
                raise RecordRefused(order.sLastErrorMsg)
        finally:
            order.DropObject()

    def _set(self, obj: Fields, name: str, value: str) -> None:
        setter = obj.nSetValue  # type: ignore[attr-defined]
        if setter(name, value) == 0:
            raise RecordRefused(obj.sLastErrorMsg)
