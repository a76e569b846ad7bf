"""Sage 300 in weeks whose stock, shipments, invoices and prices are read from its tables: by SQL, or from the site's exports."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from tidegate.simulation.event import Event, moment
from tidegate.simulation.houses import sage300
from tidegate.simulation.houses.import_folder import folder_of
from tidegate.simulation.houses.sage300 import SAGE_300
from tidegate.simulation.houses.sage300_calls import CALLS
from tidegate.simulation.houses.sage300_troubles import Office, script
from tidegate.simulation.target import SAGE, Target

if TYPE_CHECKING:
    from tidegate_sandbox.sage300.sql_login import SqlLogin

#: What is read by another way than the Web API, and the resources that are then never asked.
TABLES = ("stock", "shipments", "invoices", "prices", "contracts")
RESOURCES = ("ICItemLocations", "OEShipments", "OEInvoices", "ICItemPricing")
#: What a driver says, and how often: the server cannot be reached, a statement takes too long, a right was taken away.
REFUSED = (
    *(("08001", "The server was not found or was not accessible."),) * 3,
    *(("HYT00", "Query timeout expired."),) * 2,
    ("42000", "The SELECT permission was denied on the object."),
)
#: How an export ends, and how often: whole; one file is cut off; stock has a tenth of its rows; stock is not written at all.
ENDINGS = (*("whole",) * 6, "torn", "few", "locked")
STOCK_FILE = "iciloc.csv"
LOGINS: WeakValueDictionary[str, SqlLogin] = WeakValueDictionary()
"""The logins of this process's simulators, by their connection string."""


def by_tables(way: str, more: str) -> Any:
    """The lines of `[companies.NAME]`: all that this way can read, it reads."""

    def room(url: str, edition: str, known: Mapping[str, Any]) -> str:
        lines = sage300.room(url, edition, known).splitlines()
        others = [line for line in lines if line.partition(" ")[0] not in TABLES]
        return "\n".join([*others, *(f'{name} = "{way}"' for name in TABLES), more.format(**known), ""])

    return room


# By SQL


def build(clock: Any, faults: Any, company: Any, *, browser: str = "") -> tuple[Any, Any]:
    """The simulator and its wire, and a login of its database."""
    from tidegate.sage.sage300 import sql_tables
    from tidegate_sandbox.sage300.sql_login import SqlLogin

    face, wire = sage300.build(clock, faults, company, browser=browser)
    face.login = SqlLogin(face.database, face.gateway.views[face.credentials.company])
    LOGINS[f"DSN={id(face.login)}"] = face.login
    sql_tables.connect = connect
    return face, wire


def connect(text: str, timeout: float) -> Any:
    """A connection to a simulator's database; to a real one where the text names none of them."""
    from tidegate.sage.sage300 import sql_tables

    login = LOGINS.get(text)
    return sql_tables.by_odbc(text, timeout) if login is None else login.connect(text, timeout)


def credentials(face: Any) -> dict[str, Any]:
    """The user of the Web API, and the connection string of the database."""
    return {**sage300.credentials(face), "sql": f"DSN={id(face.login)}"}


def sql_script(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's: what happens in every office, and hours in which the database answers nothing."""
    yield from script(seed, start, days)
    rng = random.Random(f"sql-{seed}")
    for _ in range(1 + rng.randrange(3)):
        at = moment(rng, start, days)
        yield Event(at, "database-refuses", {"state": list(rng.choice(REFUSED))})
        yield Event(at + timedelta(hours=rng.choice((1, 3, 8))), "database-refuses", {"state": None})


class SqlOffice(Office):
    """The people, and their database server."""

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        if what != "database-refuses":
            return super().carry_out(what, options)
        self._face.login.refused = options["state"]
        return True

    def peace(self) -> None:
        """And the database answers."""
        super().peace()
        self._face.login.refused = None

    def complaints(self) -> list[str]:
        """What no integration may do, in the database neither."""
        statements = self._face.login.statements
        written = [one for one in statements if not one.startswith("SELECT ")]
        return [*super().complaints(), *(f"the database was written: {one}" for one in written)]


CREDITS_READ = Target(SAGE, "GET", "OECreditDebitNotes$")
BY_TABLES = replace(
    CALLS,
    faulty_back=(CREDITS_READ, *CALLS.faulty_back[2:]),
    reads_back=(CREDITS_READ, *CALLS.reads_back[2:]),
    unreadable_back=tuple(one for one in CALLS.unreadable_back if one[0].removesuffix("$") not in RESOURCES),
)
SAGE_300_BY_SQL = replace(
    SAGE_300,
    way="sql",
    build=build,
    credentials=credentials,
    room=by_tables("sql", 'sql_connection = "env:SAGE_SQL"'),
    calls=BY_TABLES,
    script=sql_script,
    actor=lambda world: SqlOffice(world.sage),
)


# From exports


def build_with_exports(clock: Any, faults: Any, company: Any, *, browser: str = "") -> tuple[Any, Any]:
    """The simulator and its wire, and a job that exports its tables into a folder, which ends with the simulator."""
    from tidegate_sandbox.sage300.csv_export import Exports

    face, wire = sage300.build(clock, faults, company, browser=browser)
    face.folder = folder_of(face)
    face.exports = Exports(face.gateway.views[face.credentials.company], face.folder, clock)
    export(face)
    return face, wire


def export(face: Any, still: timedelta = timedelta(minutes=5)) -> None:
    """All files, as everything is now; whoever reads them hears of nothing later."""
    face.exports.run(still=still)
    face.exported = face.company.stock_books()


def exports_script(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's: what happens in every office, and a job that exports every hour or two, at times badly or hours later."""
    yield from script(seed, start, days)
    rng = random.Random(f"exports-{seed}")
    at = start
    while at < start + timedelta(days=days):
        at += timedelta(minutes=rng.choice((30, 60, 60, 120, 480)))
        yield Event(at, "tables-exported", {"ending": rng.choice(ENDINGS), "pick": rng.random()})


class ExportingOffice(Office):
    """The people, and the job that they have set up."""

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        if what != "tables-exported":
            return super().carry_out(what, options)
        self._export(**options)
        return True

    def peace(self) -> None:
        """And the job runs whenever somebody comes."""
        super().peace()
        if self.export not in self._face.watchers:
            self._face.watchers.append(self.export)
        self.export()

    def export(self) -> None:
        """All files, which are there at once."""
        export(self._face)

    def _export(self, ending: str, pick: float) -> None:
        face = self._face
        stock = face.folder / STOCK_FILE
        if ending == "whole":
            export(face, timedelta())
            return
        before = stock.read_bytes(), stock.stat().st_mtime
        face.exports.run(still=timedelta())
        now = stock.stat().st_mtime
        damaged, content = stock, stock.read_bytes()
        if ending == "locked":
            content, now = before
        elif ending == "few":
            rows = content.splitlines(keepends=True)
            content = b"".join(rows[: 1 + len(rows) // 10])
        else:
            files = sorted(face.folder.glob("*.csv"))
            damaged = files[int(pick * len(files))]
            content = damaged.read_bytes()[: damaged.stat().st_size // 2]
        damaged.write_bytes(content)
        os.utime(damaged, (now, now))
        if damaged != stock:
            face.exported = face.company.stock_books()


SAGE_300_BY_EXPORTS = replace(
    SAGE_300,
    way="exports",
    build=build_with_exports,
    credentials=lambda face: {**sage300.credentials(face), "folder": str(face.folder)},
    room=by_tables("csv", 'exports_folder = "{folder}"'),
    calls=BY_TABLES,
    stock_books=lambda face, _shop: face.exported,
    script=exports_script,
    actor=lambda world: ExportingOffice(world.sage),
)
