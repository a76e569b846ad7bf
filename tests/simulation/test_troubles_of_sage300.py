"""What weeks with Sage 300 draw besides: the people keep to the backup themselves, and exports that end badly are not taken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tidegate.domain.errors import Failure
from tidegate.sage.sage300.csv_exports import CsvExports
from tidegate.simulation.houses.sage300 import SAGE_300
from tidegate.simulation.houses.sage300_tables import SAGE_300_BY_EXPORTS, SAGE_300_BY_SQL, connect
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan

START = datetime(2026, 3, 26, 15, tzinfo=UTC)


class World:
    """As much of a week as its people need."""

    def __init__(self, house: Any) -> None:
        self.clock = SandboxClock.virtual(START)
        self.sage, _ = house.build(self.clock, FaultPlan(1), house.company(self.clock, items=60))
        self.office = house.actor(self)


def test_day_end_and_posting_wait_for_the_end_of_the_backup() -> None:
    world = World(SAGE_300)
    face, company = world.sage, world.sage.company
    company.window.lock("backup")
    before = face.database.day_ends, len(company.violations)
    face.database.costed = 0
    world.office.peace()
    assert (face.database.day_ends, len(company.violations)) == before
    assert face.database.costed == 0
    company.window.unlock()
    for watcher in list(face.watchers):
        watcher()
    assert face.database.costed == len(company.stock.movements)
    assert world.office.tidy_up not in face.watchers, "once is enough"
    assert company.violations == []


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("whole", ""),
        ("torn", "is not whole"),
        ("few", "iciloc.agreed"),
        ("locked", "must be exported before it"),
    ],
)
def test_only_a_whole_export_of_stock_is_taken(ending: str, said: str) -> None:
    world = World(SAGE_300_BY_EXPORTS)
    reader = CsvExports(world.sage.folder, world.clock, {"ICILOC": ("OEORDH", "OESHIH")})
    first = reader.read("ICILOC", ("ITEMNO",))
    assert isinstance(first, list)
    world.clock.advance(3600)
    stock = sorted(path.name for path in world.sage.folder.glob("*.csv")).index("iciloc.csv")
    world.office.carry_out("tables-exported", {"ending": ending, "pick": (stock + 0.5) / 6})
    world.clock.advance(61)
    found = reader.read("ICILOC", ("ITEMNO",))
    if not said:
        assert found == first
        return
    assert isinstance(found, Failure)
    assert said in found.text
    world.office.peace()
    assert isinstance(reader.read("ICILOC", ("ITEMNO",)), list)


def test_the_database_refuses_for_a_while_and_hears_nothing_but_questions() -> None:
    world = World(SAGE_300_BY_SQL)
    text = SAGE_300_BY_SQL.credentials(world.sage)["sql"]
    world.office.carry_out("database-refuses", {"state": ("08001", "No.")})
    with pytest.raises(Exception, match="08001"):
        connect(text, 1)
    world.office.peace()
    cursor = connect(text, 1).cursor()
    cursor.execute("SELECT ITEMNO FROM dbo.ICILOC")
    assert cursor.fetchall()
    assert world.office.complaints() == []
    with pytest.raises(Exception, match="denied"):
        cursor.execute("UPDATE dbo.ICILOC SET QTYONHAND = 0")
    assert any("UPDATE" in one for one in world.office.complaints())


def test_a_session_that_is_open_in_the_backup_blocks_it() -> None:
    world = World(SAGE_300)
    seats, known = world.sage.api.seats, world.sage.credentials
    world.office.carry_out("sage-backup", {})
    assert world.office.complaints() == []
    with seats.call(known.user, known.company):
        pass
    world.clock.advance(299)
    world.office.carry_out("sage-backup", {})
    assert world.office.complaints() == ["the nightly backup was blocked: WEBAPI in SAMLTD"]
    world.clock.advance(302)
    world.office.carry_out("sage-backup", {})
    assert world.office.backups[-1] == "done"


def test_while_others_have_all_lanpaks_we_get_none() -> None:
    world = World(SAGE_300)
    seats, known = world.sage.api.seats, world.sage.credentials
    world.office.carry_out("lanpaks-taken", {"on": True})
    with pytest.raises(Exception, match=r"(?i)LanPak"), seats.call(known.user, known.company):
        pass
    world.office.peace()
    with seats.call(known.user, known.company):
        pass
    assert (seats.peak, seats.refused) == (1, 1)


def test_a_day_end_that_fails_halfway_leaves_its_documents_for_the_next() -> None:
    world = World(SAGE_300)
    face, company = world.sage, world.sage.company
    world.office.carry_out("clerk", {"runs_day_end": True, "posts": False})
    code = next(iter(company.items)).code
    face.perform("other-channel-sale", {"item": code, "quantity": "1", "warehouse": "1"})
    assert face.database.uncosted()
    world.office.carry_out("clerk-ends-the-day", {"halfway": True})
    assert (face.database.uncosted(), face.database.day_ends) == ({}, 0)
    world.office.carry_out("clerk-ends-the-day", {"halfway": False})
    waiting = [one for one in company.invoices.table if "dayend" not in one.extra]
    assert waiting == []
