"""A hub with a ledger of its own, on the same shop and company: somebody has started it by mistake.

It runs one cycle of orders and is gone. Nothing breaks while it does: two such hubs whose calls fail double orders,
which is the stated limit of two ledgers; what our hub owes is to notice before it sends the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tidegate.engine.cycles import run_cycle
from tidegate.ledger import database
from tidegate.simulation.ledger_file import fresh_ledger
from tidegate.simulation.world import World


def runs_a_cycle(world: World, connection: str) -> None:
    """A cycle of orders over an empty ledger; then everything is as it was, but for what was sent."""
    settings = world.settings
    world.alone = False
    database.close()
    folder = Path(settings.ledger.removeprefix("sqlite:///")).parent
    elsewhere = fresh_ledger(folder, "elsewhere.db")
    world.settings = replace(settings, ledger=f"sqlite:///{elsewhere}")
    try:
        before = world.house.orders_counted(world.sage)
        with undisturbed(world):
            other = world.open_hub()
            world.sign_in(other)
            run_cycle(other, other.connections[connection], "orders")
            other.close()
        world.orders_unseen += world.house.orders_counted(world.sage) - before
    finally:
        database.close()
        world.settings = settings
        for left in folder.glob("elsewhere.db*"):
            left.unlink()
        database.open_ledger(settings.ledger, durability="off")
        database.set_trip(world.crashes.trip)


@contextmanager
def undisturbed(world: World) -> Iterator[None]:
    """Nothing strikes meanwhile, its machine's clock is right, and the checker, who asks about one hub, sees none of it."""
    crashes, clock_error = world.crashes, world.clock_error
    armed, crashes.at, world.clock_error = crashes.at, "", timedelta(0)
    wires = (world.shop_wire, world.sage_wire)
    with ExitStack() as stack:
        for wire in wires:
            stack.enter_context(wire.unseen())
            stack.enter_context(wire.faults.suspended())
        try:
            yield
        finally:
            crashes.at, world.clock_error = armed, clock_error
