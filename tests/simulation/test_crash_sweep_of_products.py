"""The crash sweep with the other products: the process dies at every point of a small scenario, and nothing is lost.

An account or buyer that is new, an order whose answer is lost, one that is cancelled after it was sent; with Sage 50
also the time between a file's hand-over, its tracking and its result. With every change one point in nine is tried
for each product; the campaign tries the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from simulation.script import Script, Scripted
from tidegate.ledger import database, lease
from tidegate.simulation.ledger_file import ledger_folder
from tidegate.simulation.products import SIMULATED

PARTS, ENOUGH = 9, 900
WITH_EVERY_CHANGE = {"intacct": (4,), "sage50": (2,), "sage100": (5,), "x3": (7,), "business_cloud": (3,)}


def scenario(sage: str) -> Script:
    """The same story for every product."""
    sent = SIMULATED[sage].calls.order_sent
    lost = {"system": sent.system, "kind": "drop_after", "method": sent.method, "path": sent.path}
    return Script(
        events=(
            (5, "register", {}),
            (6, "place", {"kind": "guest"}),
            (8, "strike", {**lost, "body": sent.body or None}),
            (190, "cancel-order", {"place": 1}),
        ),
        minutes=250,
        settings={"every_status": "90m"},
        settling=(3, timedelta(minutes=61)),
        sage=sage,
    )


def run(sage: str, *deaths: int) -> Scripted:
    """The scenario once; each life ends at its point."""
    with ledger_folder() as folder:
        scripted = Scripted(scenario(sage), folder, deaths=deaths)
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
        scripted = run(sage, point)
        assert scripted.findings == [], f"death at point {point}"
        if not scripted.outcome.deaths:
            break
        died += 1
    else:
        pytest.fail(f"after {ENOUGH} points the process still dies")
    assert died > 10


@pytest.mark.parametrize("sage", list(WITH_EVERY_CHANGE))
def test_unharmed_both_orders_arrive_once(sage: str) -> None:
    scripted = run(sage)
    assert scripted.findings == []
    assert scripted.outcome.deaths == 0
    done = {(each["step"], each["state"]) for each in scripted.deliveries}
    assert {("order", "confirmed"), ("number", "confirmed"), ("comment", "confirmed")} <= done
