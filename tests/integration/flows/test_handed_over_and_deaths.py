"""Orders that are handed over while the process dies: between hand-over and tracking, while a file is halved."""

from __future__ import annotations

import pytest

from integration.flows.conftest import InMemory
from integration.flows.in_memory import MemoryStage
from integration.flows.stage import SETTLED
from integration.flows.test_handed_over import FILES
from tidegate.domain.states import State
from tidegate.engine import reports
from tidegate.engine.cycles import run_cycle
from tidegate.ledger import parcels
from tidegate.simulation.crashes import ProcessDeath

#: More than a story has.
ENOUGH = 120


def story(in_memory: InMemory, point: int, *, bad: bool = False, **switches: bool) -> int:
    """Three orders in two files, or four of which one is bad, with a death at this point."""
    stage = in_memory(**FILES, **switches)
    placed = stage.orders(4 if bad else 2)
    if bad:
        stage.platform.bad = {f"magento:main:{placed[1]}"}
    stage.world.crashes.arm("any", point)
    deaths = 0
    for number in range(9 if bad else 5):
        if number == 1 and not bad:
            placed.append(stage.order())
        deaths += lived(stage)
        assert reports.status(stage.hub.configuration, stage.now)["adds_up"]
        stage.work()
    stage.world.crashes.disarm()
    lived(stage)
    good = [one for one in placed if f"magento:main:{one}" not in stage.platform.bad]
    assert stage.states(good) == {State.CONFIRMED}, f"death at point {point}"
    assert [len(stage.in_sage(one)) for one in good] == [1] * len(good), f"death at point {point}"
    assert stage.states(set(placed) - set(good)) <= {State.REVIEW}
    assert parcels.open_parcels() == []
    return deaths


def lived(stage: MemoryStage) -> int:
    """One cycle; the process may die in it, and a new one takes its place."""
    stage.pass_time(SETTLED)
    try:
        run_cycle(stage.hub, stage.connection, "orders")
    except ProcessDeath:
        stage.world.crashes.revive()
        stage.reopen()
        return 1
    return 0


@pytest.mark.parametrize("point", range(0, 48, 5))
def test_a_death_between_hand_over_tracking_and_collecting_loses_and_doubles_nothing(
    in_memory: InMemory, point: int
) -> None:
    story(in_memory, point)


@pytest.mark.parametrize("point", range(12, 90, 17))
def test_a_death_while_a_file_is_halved_loses_and_doubles_nothing(in_memory: InMemory, point: int) -> None:
    story(in_memory, point, bad=True)


@pytest.mark.parametrize("point", range(9, 40, 4))
def test_a_death_around_the_naming_of_a_parcel_loses_and_doubles_nothing(
    in_memory: InMemory, point: int
) -> None:
    story(in_memory, point, names_parcels=True)


@pytest.mark.campaign
@pytest.mark.parametrize("bad", [False, True])
@pytest.mark.parametrize("point", range(ENOUGH))
def test_a_death_at_any_point_loses_and_doubles_nothing(in_memory: InMemory, point: int, bad: bool) -> None:
    story(in_memory, point, bad=bad)


@pytest.mark.parametrize("bad", [False, True])
def test_the_points_reach_the_end_of_the_story(in_memory: InMemory, bad: bool) -> None:
    assert story(in_memory, ENOUGH * 3, bad=bad) == 0
