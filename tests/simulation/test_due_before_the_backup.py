"""What a simulated product has to do before its nightly backup is done before it, whether or not anybody calls.

Weeks 59 and 86 of X3: the batch server's work on a request was due at 00:50, and was done by the first call after the
backup, two hours later, when the hub had good reason to believe that it would never be.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tidegate.simulation.products import LIVED
from tidegate.simulation.world import World, build_world
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.wire import LATE_EFFECT

#: In Detroit it is 00:40; the backup begins at 01:00 and takes two hours. X3's company is in Paris.
START = datetime(2026, 3, 2, 5, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ORDER = "E;FR011;SON;;TG0000000001;WEB;20260302;USD;FR011|L;HUB-0001;UN;2;19.95;;FR011|END"


def world_of(product: str, edition: int = 0) -> World:
    """The product and a shop, twenty minutes before the backup."""
    house = LIVED[product]
    world = build_world(1, "sqlite://", START, house=house, edition=house.editions[edition], items=5)
    window = world.sage.company.window
    window.clear()
    window.between(START + 20 * MINUTE, START + 140 * MINUTE)
    return world


@pytest.fixture
def x3(tmp_path: Path) -> World:
    """X3, whose batch server takes up after ten minutes what waits."""
    world = world_of("x3")
    world.sage.import_task.pick_up = tmp_path
    return world


def entered(world: World) -> list[int]:
    """In which minute each order was entered."""
    return [(order.created_at - START) // MINUTE for order in world.sage.company.orders.table]


@pytest.mark.parametrize(
    ("given_at", "done_at"), [(0, 10), (9, 19), (12, 140), (150, 160)], ids=lambda one: str(one)
)
def test_the_batch_server_works_when_it_is_due_or_once_the_backup_is_over(
    x3: World, given_at: int, done_at: int
) -> None:
    x3.clock.set(START + given_at * MINUTE)
    x3.sage.import_task.request(ORDER, "|")
    x3.clock.set(START + 300 * MINUTE)
    assert entered(x3) == [done_at]


def test_a_file_that_lies_there_before_the_backup_is_taken_before_it(x3: World, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDER.removesuffix("END").replace("|", "\n"), "utf-8")
    x3.clock.set(START + 300 * MINUTE)
    assert entered(x3) == [0]
    assert (tmp_path / "done" / "orders.csv").exists()


@pytest.mark.parametrize("product", sorted(LIVED))
def test_a_late_call_comes_when_it_is_due(product: str) -> None:
    world = world_of(product)
    world.sage_wire.faults.add(Fault("late", 1, options={"seconds": 600}))
    transport = InProcessTransport(world.sage_wire)
    with httpx.Client(transport=transport) as client, pytest.raises(httpx.TransportError):
        client.post("https://sage.example/anything", content=b"{}")
    world.clock.set(START + 300 * MINUTE)
    assert [seen.at for seen in world.sage_wire.log if seen.fault == LATE_EFFECT] == [START + 10 * MINUTE]


def test_a_nightly_day_end_that_finds_the_company_closed_runs_once_it_is_open() -> None:
    world = world_of("sage300")
    world.sage.options.day_end = "nightly"
    database = world.sage.database
    assert database.next_due() == START + 140 * MINUTE
    world.clock.set(START + 60 * MINUTE)
    database.catch_up()  # somebody works in spite of the backup
    assert database.next_due() == START + 140 * MINUTE
    world.clock.set(START + 141 * MINUTE)
    assert database.next_due() == START + timedelta(days=1, minutes=80)
