"""The process dies on the way back: through shipment, invoice, receipt, payment and stock.

As `test_crash_sweep`, on SQLite and at one point in so many, since each run has all these flows; together
the tests reach from the first point to the last.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from simulation.fulfilment import FOUR, WHOLE, back
from simulation.script import Script, Scripted
from tidegate.ledger import database, lease
from tidegate.simulation.ledger_file import ledger_folder

SCENARIO = Script(
    events=(
        (5, "place", FOUR),
        (65, "despatch", WHOLE),
        (66, "invoice-run", {"together": 0.0}),
        (67, "other-channel-sale", {"pick": 0.0, "pieces": 3}),
    ),
    minutes=150,
    settings=back("shipments", "inventory", "invoices", "payments"),
    settling=(2, timedelta(minutes=61)),
)
#: Each test dies at its own points: one in so many. An odd number: before a commit and after it take turns.
PARTS, STRIDE = 8, 95
#: The parts that run with every change; the rest belongs to the campaign.
NOW = (0, 3, 6)
#: More points than the scenario has.
ENOUGH = 2000


def run(*deaths: int) -> Scripted:
    """The scenario once; each life ends at its point."""
    with ledger_folder() as folder:
        scripted = Scripted(SCENARIO, folder, "", deaths)
        scripted.run()
        database.close()
    return scripted


@pytest.mark.slow
@pytest.mark.parametrize(
    "part",
    [pytest.param(part, marks=() if part in NOW else pytest.mark.campaign) for part in range(PARTS)],
)
def test_a_death_on_the_way_back_breaks_no_promise(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease.holding, "gone", lambda holder: True)
    for point in range(part * STRIDE // PARTS, ENOUGH, STRIDE):
        scripted = run(point)
        assert scripted.findings == [], f"death at point {point}"
        if not scripted.outcome.deaths:
            return
    pytest.fail(f"after {ENOUGH} points the process still dies")


def test_unharmed_everything_reaches_the_store() -> None:
    scripted = run()
    assert scripted.findings == []
    outcome = scripted.outcome
    assert (outcome.shipments, outcome.invoices, outcome.deaths) == (1, 1, 0)
    done = {(each["flow"], each["step"], each["state"]) for each in scripted.deliveries}
    assert ("payments", "deposit", "confirmed") in done
    assert outcome.stock_writes > 60
