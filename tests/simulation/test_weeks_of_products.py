"""Seeded business weeks with the other products: the same promises, the same judge.

Sage 50's desktop is off for days in them; Intacct takes many orders in a request. Short weeks run with every change,
whole ones in the campaign.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from typing import Any

import pytest

from simulation.test_weeks import reported
from tidegate.sage.rooms import PRODUCTS
from tidegate.simulation.products import LIVED, SIMULATED, USUAL
from tidegate.simulation.run import run_week
from tidegate.simulation.week import TRADING, write_week

#: How many weeks of each product belong to the campaign, and of each other way into one.
MANY, MANY_OF_A_WAY = 200, 50
#: Other ways into a product: short ones beside its own, so that they are thirty together, and whole ones in the campaign.
WAYS = {
    "sage300-gateway": 2,
    "sage300-csv": 2,
    "sage300-sql": 1,
    "sage300-exports": 1,
    "sage100-ews": 2,
    "sage100-import-job": 2,
    "sage100-sql": 1,
    "sage100-sdata": 1,
    "sage100-boi": 1,
}
#: So many short ones run with every change: two days and eight orders, in which both systems and their faults do the
#: same as in whole ones. Of the usual product sixteen whole ones are lived elsewhere (`test_weeks.py`).
SHORTENED = {
    USUAL.name: 14,
    "intacct": 30,
    "sage50": 30,
    "sage100": 23,
    "sage300": 24,
    **WAYS,
    "x3": 30,
    "business_cloud": 30,
}
#: Those with all flows cost six times as much: the first four of them draw every trouble that whole weeks draw.
WITH_ALL_FLOWS = 4
#: Readers of whole tables take twelve times as long for all flows: these are lived in the campaign.
FIRST = {"sage100-sdata": 1, "sage100-boi": 1}
SHAPE: dict[str, Any] = {"orders": 8, "days": 2}
OTHERS = [house for house in SIMULATED.values() if house is not USUAL]


def weeks() -> Iterator[Any]:
    """Product and seed."""
    for house in OTHERS:
        yield from ((house.name, seed) for seed in range(MANY))
    for way in WAYS:
        yield from ((way, seed) for seed in range(MANY_OF_A_WAY))


@pytest.mark.campaign
@pytest.mark.slow
@pytest.mark.parametrize(("sage", "seed"), list(weeks()))
def test_a_week_breaks_no_promise(sage: str, seed: int) -> None:
    outcome = run_week(seed, sage=sage)
    assert not outcome.violations, reported(outcome)
    assert (outcome.lost, outcome.doubled, outcome.unexplained) == (0, 0, 0), reported(outcome)
    assert outcome.orders > 4, "a week without orders proves nothing"


def short_weeks() -> Iterator[Any]:
    """The same of short ones."""
    for sage, many in SHORTENED.items():
        cheap = (
            seed for seed in count(FIRST.get(sage, 0)) if seed % TRADING or seed < WITH_ALL_FLOWS * TRADING
        )
        yield from ((sage, seed) for seed in islice(cheap, many))


@pytest.mark.slow
@pytest.mark.parametrize(("sage", "seed"), list(short_weeks()))
def test_a_short_week_breaks_no_promise(sage: str, seed: int) -> None:
    outcome = run_week(seed, sage=sage, **SHAPE)
    assert not outcome.violations, reported(outcome)
    assert (outcome.lost, outcome.doubled, outcome.unexplained) == (0, 0, 0), reported(outcome)
    assert outcome.orders > 3, "a week without orders proves nothing"
    assert bool(outcome.stock_writes) == (seed % TRADING == 0)


@pytest.mark.parametrize("house", OTHERS, ids=lambda house: house.name)
def test_its_weeks_have_the_flows_that_it_can_and_no_others(house: Any) -> None:
    assert set(write_week(TRADING, house=house).settings["back"]) == house.flows
    assert "back" not in write_week(1, house=house).settings


@pytest.mark.parametrize("house", OTHERS, ids=lambda house: house.name)
def test_every_fault_of_a_week_names_calls_of_its_own_product(house: Any) -> None:
    paths = {target.path for target in USUAL.calls.faulty}
    own = {target.path for target in (*house.calls.faulty, *house.calls.reads, *house.calls.writes)}
    struck = {
        event.options["path"]
        for seed in range(20)
        for event in write_week(seed, house=house).events
        if event.what == "fault" and event.options["system"] == "sage"
    }
    assert struck
    assert not struck & (paths - own)


def test_a_computer_is_off_for_hours_in_every_week_of_a_product_that_runs_on_one() -> None:
    for seed in range(20):
        events = write_week(seed, house=SIMULATED["sage50"]).events
        turns = [(event.at, event.options["on"]) for event in events if event.what == "desktop"]
        assert not all(on for _, on in turns)


def test_every_other_way_is_lived() -> None:
    assert set(LIVED) == set(SIMULATED) | set(WAYS)


def test_every_simulated_product_has_a_room() -> None:
    assert set(SIMULATED) <= {product.name for product in PRODUCTS}
