"""Sage 300 in weeks whose stock, shipments, invoices and prices are read from the company's database by SQL."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from tidegate.simulation.event import Event, moment
from tidegate.simulation.houses import sage300
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
LOGINS: WeakValueDictionary[str, SqlLogin] = WeakValueDictionary()
"""The logins of this process's simulators, by their connection string."""


def by_tables(way: str, more: str) -> Any:
    """The lines of `[companies.NAME]`: all that this way can read, it reads."""

    def room(url: str, edition: str, known: Mapping[str, Any]) -> str:
        lines = sage300.room(url, edition, known).splitlines()
        others = [line for line in lines if line.partition(" ")[0] not in TABLES]
        return "\n".join([*others, *(f'{name} = "{way}"' for name in TABLES), more.format(**known), ""])

    return room


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
        yield Event(at, "database-refuses", {"state": rng.choice(REFUSED)})
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
