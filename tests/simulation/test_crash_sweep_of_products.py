"""The crash sweep with the other products: the process dies at every point of a small scenario, and nothing is lost.

An account or buyer that is new, an order whose answer is lost, one that is cancelled after it was sent; with Sage 50
and an import of files also the time between a file's hand-over and its result. Beside Sage 100 stands an agent: at every second
point it dies as well, at one of its calls of Sage. With every change one point in nine is tried for each product, or a
few points; the campaign tries the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from simulation.script import Script, Scripted
from tidegate.ledger import database, lease
from tidegate.simulation.ledger_file import ledger_folder
from tidegate.simulation.products import LIVED

PARTS, ENOUGH = 9, 900
AGENT_CALLS, STRIDE = (
    150,
    7,
)  #: calls of Sage that the agent makes in the scenario, at least; 7 comes to each of them
#: Minutes at which an import job works off the files that wait: some are there, some are read back, some come later.
IMPORT_RUNS = (70, 130, 200)
WITH_EVERY_CHANGE = {
    "intacct": (4,),
    "sage50": (2,),
    "sage100": (5,),
    "sage100-ews": (),
    "sage100-import-job": (),
    "sage300": (6,),
    "sage300-gateway": (),
    "sage300-csv": (7,),
    "x3": (),
    "x3/template": (4,),
    "x3/files": (),
    "x3/graphql": (),
    "business_cloud": (3,),
}
"""Product or another way into one, and behind a slash another edition than the usual one -> parts."""


FEW = range(11, ENOUGH, 50)  #: of ways that no whole part is tried of


def scenario(sage: str, agent_dies_at: int = 0) -> Script:
    """The same story for every product; `agent_dies_at`: before this call of Sage, 0 for never."""
    sage, _, edition = sage.partition("/")
    house = LIVED[sage]
    sent = house.calls.order_sent
    lost = {"system": sent.system, "kind": "drop_after", "method": sent.method, "path": sent.path}
    return Script(
        events=(
            (5, "register", {}) if house.opens_accounts else (5, "place", {"kind": "guest"}),
            (6, "place", {"kind": "guest"}),
            *(((7, "agent-dies", {"calls": agent_dies_at}),) if agent_dies_at else ()),
            (8, "inject", {**lost, "body": sent.body or None}),
            *(
                ((minute, "import-runs", {}) for minute in IMPORT_RUNS)
                if house.hands_over and house.way
                else ()
            ),
            (190, "cancel-order", {"place": 1}),
        ),
        minutes=250,
        settings={"every_status": "90m", **({"edition": edition} if edition else {})},
        settling=(3, timedelta(minutes=61)),
        sage=sage,
    )


def run(sage: str, *deaths: int, agent_dies_at: int = 0) -> Scripted:
    """The scenario once; each life ends at its point."""
    with ledger_folder() as folder:
        scripted = Scripted(scenario(sage, agent_dies_at), folder, deaths=deaths)
        scripted.run()
        database.close()
    return scripted


def shares() -> Iterator[Any]:
    """Product and part of the points."""
    for sage, now in WITH_EVERY_CHANGE.items():
        for part in range(PARTS):
            yield pytest.param(sage, part, marks=() if part in now else pytest.mark.campaign)


@pytest.mark.slow
@pytest.mark.parametrize(("sage", "part"), list(shares()))
def test_a_death_at_any_point_breaks_no_promise(
    sage: str, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease.holding, "gone", lambda holder: True)
    died = 0
    for point in range(part, ENOUGH, PARTS):
        both = sage == "sage100" and point // PARTS % 2
        agent_dies_at = 1 + point * STRIDE % AGENT_CALLS if both else 0
        scripted = run(sage, point, agent_dies_at=agent_dies_at)
        assert scripted.findings == [], f"death at point {point}, the agent's at call {agent_dies_at}"
        if not scripted.outcome.deaths:
            break
        died += 1
    else:
        pytest.fail(f"after {ENOUGH} points the process still dies")
    assert died > 10


@pytest.mark.slow
@pytest.mark.parametrize("sage", ["sage100-ews", "sage100-import-job"])
def test_a_few_deaths_break_no_promise(sage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease.holding, "gone", lambda holder: True)
    died = 0
    for point in FEW:
        scripted = run(sage, point)
        assert scripted.findings == [], f"death at point {point}"
        if not scripted.outcome.deaths:
            break
        died += 1
    assert died > 2


def test_the_agent_dies_where_the_scenario_says_so() -> None:
    scripted = run("sage100", agent_dies_at=AGENT_CALLS // 2)
    assert scripted.findings == []
    assert scripted.world.sage.host.deaths == 1


@pytest.mark.parametrize("sage", list(WITH_EVERY_CHANGE))
def test_unharmed_both_orders_arrive_once(sage: str) -> None:
    scripted = run(sage)
    assert scripted.findings == []
    assert scripted.outcome.deaths == 0
    done = {(each["step"], each["state"]) for each in scripted.deliveries}
    assert {("order", "confirmed"), ("number", "confirmed"), ("comment", "confirmed")} <= done
