"""The calls that a business allows, by the minute and by the day, shared with other applications: no cycle is refused any."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from simulation.script import Script, Scripted
from tidegate.ledger import database
from tidegate.sage.business_cloud.room import BusinessCloudCompany
from tidegate.simulation.ledger_file import ledger_folder

ORDERS = 100
OURS = {"calls_per_minute = 100": "calls_per_minute = 20", "calls_per_day = 2500": "calls_per_day = 100"}
OTHERS = 20  #: calls that another application makes at a time
SCENARIO = Script(
    events=(
        *((5 + at / ORDERS, "place", {"kind": "guest"}) for at in range(ORDERS)),
        # they come with the next calls of ours, and never two of them within one minute
        *((hour * 60, "inject", {"system": "sage", "kind": "other_app"}) for hour in (0, 1, 25)),
    ),
    minutes=36 * 60,
    settings={"every_orders": "30m", "every_status": "6h"},
    settling=(2, timedelta(minutes=61)),
    sage="business_cloud",
)


def run(**allowed: Any) -> Scripted:
    """The scenario over a business that allows our part and no more."""
    with ledger_folder() as folder:
        scripted = Scripted(SCENARIO, folder)
        world = scripted.world
        room = world.settings.room
        for usual, scarce in OURS.items():
            assert usual in room
            room = room.replace(usual, scarce)
        world.settings = replace(world.settings, room=room)
        for name, value in allowed.items():
            setattr(world.sage.options, name, value)
        scripted.run()
        database.close()
    return scripted


def no_call_is_refused_and_all_orders_arrive() -> None:
    scripted = run(per_minute=20 + OTHERS, per_day=100 + 2 * OTHERS)
    assert scripted.findings == []
    assert scripted.world.sage.business.allowance.refused == 0
    made = [order.created_at for order in scripted.world.sage.company.orders.table if order.external_key]
    assert len(made) == ORDERS
    assert len({at.date() for at in made}) == 2, "what the first day does not allow goes out on the next one"


@pytest.mark.slow
def test_cycles_stop_before_a_refusal_and_go_on_where_they_stopped() -> None:
    no_call_is_refused_and_all_orders_arrive()


@pytest.mark.slow
def test_the_check_bites_where_nobody_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BusinessCloudCompany, "budget", lambda self: ())
    with pytest.raises(AssertionError):
        no_call_is_refused_and_all_orders_arrive()
