"""Sage 300 in weeks with another writer of orders: the SOAP gateway, and the site's import of CSV files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tidegate.simulation.event import Event
from tidegate.simulation.houses import sage300
from tidegate.simulation.houses.import_folder import folder_of, import_runs, records_in
from tidegate.simulation.houses.sage300 import SAGE_300
from tidegate.simulation.houses.sage300_calls import BATCH_MADE, CALLS, CUSTOMER_MADE, ORDER_READ
from tidegate.simulation.houses.sage300_troubles import Office, script
from tidegate.simulation.target import SAGE, Target

if TYPE_CHECKING:
    import httpx

INSERT = Target(SAGE, "POST", "gateway/soap$", "insert")
PREVIEW = Target(SAGE, "POST", "gateway/soap$", "preview")
#: An export of the site, whose types of records are taken: details have optional fields, and orders comments.
SAMPLE = "sample.txt"
MORE_TYPES = """\
"RECTYPE","ORDUNIQ","LINENUM","OPTFIELD","VALUE"
"RECTYPE","ORDUNIQ","UNIQUIFIER","DETAILNUM","COINTYPE","COIN"
"""
ORDER_RECORD = b'"1","'  #: how the record of an order begins in a file


# By the gateway


def by_gateway(url: str, edition: str, known: Mapping[str, Any]) -> str:
    """The lines of `[companies.NAME]`: what the gateway can do, it does."""
    text = sage300.room(url, edition, known)
    for line in ('stock = "ICItemLocations"', 'shipments = "OEShipments"'):
        text = text.replace(line, f'{line.partition(" ")[0]} = "gateway"')
    return text + 'invoices = "gateway"\nprices = "gateway"\nwriter = { way = "gateway" }\n'


def inserts_in(request: httpx.Request) -> int:
    """One a call."""
    return int(request.url.path == sage300.GATEWAY and b">insert<" in request.read())


SAGE_300_BY_GATEWAY = replace(
    SAGE_300,
    way="gateway",
    room=by_gateway,
    calls=replace(
        CALLS,
        order_sent=INSERT,
        faulty=(INSERT, INSERT, INSERT, PREVIEW, *CALLS.faulty[3:]),
        writes=(INSERT, INSERT, CALLS.writes[-1]),
    ),
    orders_left=lambda _calls, _edition: 0,
    orders_counted=lambda face: face.gateway.inserts,
    orders_in=inserts_in,
)


# By the import


def build(clock: Any, faults: Any, company: Any, *, browser: str = "") -> tuple[Any, Any]:
    """The simulator and its wire, and folders with import jobs, of orders and of customers, which end with the simulator."""
    from tidegate.sage.sage300.csv_layout import USUAL
    from tidegate_sandbox.sage300.csv_customers import CustomerImport
    from tidegate_sandbox.sage300.csv_import import OrderImport

    face, wire = sage300.build(clock, faults, company, browser=browser)
    face.folder = folder_of(face)
    (face.folder / SAMPLE).write_text(USUAL + MORE_TYPES, "cp1252")
    face.customer_folder = folder_of(face)
    face.jobs = (
        CustomerImport(face.database, face.customer_folder),
        OrderImport(face.database, face.folder),
    )
    return face, wire


def credentials(face: Any) -> dict[str, Any]:
    """The user of the Web API, and where files are left."""
    folders = {"folder": str(face.folder), "customer_folder": str(face.customer_folder)}
    return sage300.credentials(face) | folders


def by_import(url: str, edition: str, known: Mapping[str, Any]) -> str:
    """The lines of `[companies.NAME]`."""
    folder = known["folder"]
    files = f'folder = "{folder}", sample = "{folder}/{SAMPLE}", orders_per_file = 5'
    customers = f'customers_folder = "{known["customer_folder"]}"'
    return sage300.room(url, edition, known) + f'writer = {{ way = "csv", {files}, {customers} }}\n'


def records(face: Any) -> int:
    """Orders of all files so far."""
    return records_in(face.folder, ORDER_RECORD)


def import_script(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's: what happens in every office, and a job that runs every hour or two, at times not at all or in part."""
    yield from script(seed, start, days)
    yield from import_runs(seed, start, days)


class ImportOffice(Office):
    """The people, and the jobs that they have set up."""

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        if what == "import-runs":
            self.run_import(**options)
        elif what == "import-damages-a-file":
            self.damage()
        else:
            return super().carry_out(what, options)
        return True

    def peace(self) -> None:
        """And the job works every file off, whenever one comes."""
        super().peace()
        if self.run_import not in self._face.watchers:
            self._face.watchers.append(self.run_import)
        self.run_import()

    def run_import(self, most: int | None = None) -> None:
        """A run over the files that wait; none while no LanPak is free for it."""
        options = self._face.options
        if options.others < options.lanpaks:
            for job in self._face.jobs:
                job.run(most)

    def damage(self) -> None:
        """The first file that waits cannot be read: its job gives it up as a whole, once."""
        for job in self._face.jobs:
            for path in sorted(job.folder.glob("*.csv")):
                if not path.with_suffix(".err").exists():
                    job.damaged.add(path.name)
                    return


SAGE_300_BY_IMPORT = replace(
    SAGE_300,
    way="csv",
    build=build,
    credentials=credentials,
    room=by_import,
    hands_over=True,
    calls=replace(
        CALLS,
        order_sent=ORDER_READ,  # no call sends one: the question what became of it is struck instead
        records_sent=BATCH_MADE,
        faulty=(ORDER_READ, ORDER_READ, *(one for one in CALLS.faulty[3:] if one != CUSTOMER_MADE)),
        writes=(),  # receipts alone are sent by calls
    ),
    orders_left=lambda _calls, _edition: 0,
    orders_counted=records,
    orders_in=lambda _request: 0,
    script=import_script,
    actor=lambda world: ImportOffice(world.sage),
)
