"""The process dies around every step of an order that is a draft or a quote first.

Such an order is sent, shipped in the store, released or converted, and its payment at checkout is posted and set against
the invoice. In one run the process dies at each of these writes; in the campaign also at every other point.
"""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from simulation.fulfilment import FOUR, back
from simulation.script import Script, Scripted
from tidegate.ledger import database, lease
from tidegate.simulation.crashes import Crashes
from tidegate.simulation.ledger_file import ledger_folder

FORMS = {"draft": (r"/sales_invoices$", r"/release$"), "quote": (r"/sales_quotes$", r"/sales_invoices$")}
"""What an order is sent to, and what makes its invoice."""
PAYMENT = (r"/contact_payments$", r"/contact_allocations$")
MOMENTS = {
    "before the request": ("send-before", 0),
    "before the answer": ("send-after", 0),
    "before the commit": ("commit", 0),
    "after the commit": ("commit", 1),
}
#: The campaign dies at every point, one in so many in each test; the scenario has fewer than `ENOUGH`.
PARTS, ENOUGH = 60, 3000


def scenario(form: str) -> Script:
    """One order, paid at checkout; its answer and that to its invoice may be lost by what dies."""
    return Script(
        events=((5, "place", FOUR), (70, "ship-order", {"place": 0})),
        minutes=330,
        settings={**back("inventory", "invoices", "payments"), "edition": form},
        settling=(3, timedelta(minutes=61)),
        sage="business_cloud",
    )


class DyingAt(httpx.BaseTransport):
    """The process dies around the first request of each kind."""

    def __init__(self, inner: httpx.BaseTransport, crashes: Crashes, moment: str, paths: list[str]) -> None:
        self._inner = inner
        self._crashes = crashes
        self._moment = MOMENTS[moment]
        self.left = paths

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        path = request.url.path
        matched = next((each for each in self.left if re.search(each, path)), "")
        if matched and request.method == "POST" and not self._crashes.dead:
            self.left.remove(matched)
            self._crashes.arm(*self._moment)
        return self._inner.handle_request(request)


def run(form: str, *deaths: int, moment: str = "") -> tuple[Scripted, list[str]]:
    """The scenario once, and the steps at which nothing died."""
    with ledger_folder() as folder:
        scripted = Scripted(scenario(form), folder, deaths=deaths)
        paths = [*FORMS[form], *PAYMENT] if moment else []
        world = scripted.world
        if moment:
            world.transport = DyingAt(world.transport, world.crashes, moment, paths)
        scripted.run()
        database.close()
    return scripted, paths


def assert_done(scripted: Scripted) -> None:
    """Sent once, invoiced once, paid once, and everything is known."""
    assert scripted.findings == []
    done = {(each["step"], each["state"]) for each in scripted.deliveries}
    assert {("order", "confirmed"), ("company-invoice", "confirmed"), ("deposit", "confirmed")} <= done
    company = scripted.world.sage.company
    invoices = [one for one in company.invoices.table if not one.is_credit]
    receipts = [one for one in company.receivables.table if one.kind == "receipt"]
    assert (len(invoices), len(receipts)) == (1, 1)
    posted = company.receivables.table[invoices[0].posted_id]
    assert (posted.outstanding, receipts[0].outstanding) == (0, 0)


@pytest.mark.parametrize("form", list(FORMS))
def test_unharmed_the_order_is_invoiced_and_paid(form: str) -> None:
    scripted, _ = run(form)
    assert scripted.outcome.deaths == 0
    assert_done(scripted)


@pytest.mark.slow
@pytest.mark.parametrize("moment", list(MOMENTS))
@pytest.mark.parametrize("form", list(FORMS))
def test_a_death_at_each_step_breaks_no_promise(
    form: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease.holding, "gone", lambda holder: True)
    scripted, left = run(form, moment=moment)
    assert left == []
    assert scripted.outcome.deaths == len(FORMS[form]) + len(PAYMENT)
    assert_done(scripted)


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("form", list(FORMS))
def test_a_death_at_any_point_breaks_no_promise(
    form: str, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease.holding, "gone", lambda holder: True)
    for point in range(part, ENOUGH, PARTS):
        scripted, _ = run(form, point)
        assert scripted.findings == [], f"death at point {point}"
        if not scripted.outcome.deaths:
            return
    pytest.fail(f"after {ENOUGH} points the process still dies")
