"""The process dies at the first point, at the second, ... until a run ends unharmed.

A point is the moment before or after a commit, and before or after a request. The scenario is small
and holds everything that may be caught half done: an account to be created, an order whose answer is
lost, one that is cancelled after it was sent, and the notes to the store. After each death the next
process goes on by itself, and the judge must find nothing. With every change, one point in three is tried
on SQLite and one in nine on PostgreSQL; the campaign tries the others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from postgresql_server import emptied, migrated_database
from simulation.script import Script, Scripted
from tidegate.ledger import database, lease
from tidegate.simulation.ledger_file import ledger_folder

SCENARIO = Script(
    events=(
        (5, "register", {}),
        (6, "place", {"kind": "guest"}),
        (8, "inject", {"system": "sage", "kind": "drop_after", "method": "POST", "path": "sop_orders$"}),
        (100, "cancel-order", {"place": 1}),
    ),
    minutes=135,
    settings={"every_status": "90m"},
    settling=(2, timedelta(minutes=61)),
)
#: So many tests share the points, so that several workers can share the tests. An odd number: the points before
#: a commit and after it take turns, and every test has both.
PARTS = 9
#: Pairs of deaths that are tried, out of some twenty thousand.
PAIRS = 24
#: What runs with every change, by ledger; the rest belongs to the campaign.
SWEPT = {"sqlite": (0, 3, 6), "postgresql": (4,)}
PAIRED = {"sqlite": range(8), "postgresql": range(8, 12)}
#: More points than the scenario has: a run that does not get to an end unharmed before is broken.
ENOUGH = 600


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The PostgreSQL of this session, with a database of its own for this worker; yields its URL."""
    with migrated_database("sweep") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where the runs of a test keep their ledger: "" for a fresh file each, or PostgreSQL's address.

    On SQLite the next process knows that the dead one is gone and takes over at once; on PostgreSQL,
    as from another machine, it waits until the lease has run out.
    """
    if request.param == "sqlite":
        monkeypatch.setattr(lease.holding, "gone", lambda holder: True)
        return ""
    url: str = request.getfixturevalue("server")
    return url


def run(ledger: str, *deaths: int) -> Scripted:
    """The scenario once; each life ends at its point."""
    with ledger_folder() as folder:
        scripted = Scripted(SCENARIO, folder, emptied(ledger) if ledger else "", deaths)
        scripted.run()
        database.close()
    return scripted


def shared_out(numbers: range, now: Mapping[str, Sequence[int]]) -> list[Any]:
    """Every number on every ledger; what is not in `now` is left to the campaign."""
    return [
        pytest.param(ledger, number, marks=() if number in those else pytest.mark.campaign)
        for ledger, those in now.items()
        for number in numbers
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("ledger", "part"), shared_out(range(PARTS), SWEPT), indirect=["ledger"])
def test_a_death_at_any_point_breaks_no_promise(ledger: str, part: int) -> None:
    died = 0
    for point in range(part, ENOUGH, PARTS):
        scripted = run(ledger, point)
        assert scripted.findings == [], f"death at point {point}"
        if not scripted.outcome.deaths:
            break
        died += 1
    else:
        pytest.fail(f"after {ENOUGH} points the process still dies")
    assert died > 15


@pytest.mark.slow
@pytest.mark.parametrize(("ledger", "number"), shared_out(range(PAIRS), PAIRED), indirect=["ledger"])
def test_two_deaths_break_no_promise(ledger: str, number: int) -> None:
    chance = random.Random(number)
    points = chance.randrange(180), chance.randrange(120)
    scripted = run(ledger, *points)
    assert scripted.findings == [], f"deaths at points {points}"


def test_unharmed_the_scenario_does_everything_that_a_death_may_interrupt(ledger: str) -> None:
    scripted = run(ledger)
    assert scripted.findings == []
    assert scripted.outcome.deaths == 0
    assert scripted.evidence is not None
    done = {(each["step"], each["state"], each["adopted"]) for each in scripted.evidence.deliveries}
    assert {
        ("customer", "confirmed", False),
        ("order", "confirmed", True),  # its answer was lost
        ("order", "cancelled", False),
        ("cancel", "confirmed", False),
        ("number", "confirmed", False),
        ("comment", "confirmed", False),
    } <= done
