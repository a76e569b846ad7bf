"""Sage 100 in weeks with another reader of the agent: Premium's SQL Server, SData feeds, and business objects."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tidegate.simulation.event import Event, moment
from tidegate.simulation.houses import sage100
from tidegate.simulation.houses.house import House
from tidegate.simulation.houses.sage100 import SAGE_100
from tidegate.simulation.houses.sage100_troubles import Machine, script

POSTINGS = (0, 1, 2, 3)  #: of a week, that hold what they have changed for so long that a question gives up
HELD = ("IM_ItemWarehouse", "SO_SalesOrderHeader", "SO_SalesOrderHistoryHeader", "AR_InvoiceHistoryHeader")


def read_by(reader: str, edition: str) -> Callable[..., tuple[Any, Any]]:
    """How such a simulator is built."""

    def build(clock: Any, faults: Any, company: Any, *, browser: str = "") -> tuple[Any, Any]:
        company.beside.options.edition = edition
        return sage100.build(clock, faults, company, browser=browser, reader=reader)

    return build


def sql_script(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's: what happens at every host, and postings that make whoever reads what they change wait."""
    yield from script(seed, start, days)
    rng = random.Random(f"postings-{seed}")
    for _ in range(rng.choice(POSTINGS)):
        at = moment(rng, start, days)
        yield Event(at, "posting-holds", {"on": True})
        yield Event(at + timedelta(minutes=rng.choice((20, 70))), "posting-holds", {"on": False})


class PremiumHost(Machine):
    """The host, with a SQL Server whose databases read no snapshots."""

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        if what != "posting-holds":
            return super().carry_out(what, options)
        self._installation.held_tables = set(HELD) if options["on"] else set()
        return True

    def peace(self) -> None:
        """And nothing is posted."""
        super().peace()
        self._installation.held_tables = set()


SAGE_100_BY_SQL: House = replace(
    SAGE_100,
    way="sql",
    build=read_by("sql", "premium"),
    script=sql_script,
    actor=lambda world: PremiumHost(world.sage, world.sage.host),
)
SAGE_100_BY_FEEDS: House = replace(SAGE_100, way="sdata", build=read_by("sdata", "advanced"))
SAGE_100_BY_OBJECTS: House = replace(SAGE_100, way="boi", build=read_by("boi", "standard"))
