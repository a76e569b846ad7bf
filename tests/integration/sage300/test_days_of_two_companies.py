"""Days of two companies of one server and one store, with what goes wrong in a week: each order once, in its own company's books."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from integration.sage300.conftest import Two
from tidegate.domain.states import State
from tidegate.engine import interventions, reports
from tidegate.ledger import halts
from tidegate.sage.sage300.identity import Identity
from tidegate_sandbox.faults import Fault

HOURS = 24
VIEWS = {"default": "SAMLTD", "canada": "SAMINC"}
CONNECTIONS = {"web": "SAMLTD", "canada": "SAMINC"}
OURS = {"web": "sage", "canada": "canada"}  #: what the configuration calls them
CURRENCIES = {"SAMLTD": "USD", "SAMINC": "CAD"}
QUARTER = timedelta(minutes=15)
ON_A_CALL = (
    Fault("drop_after", path="/OEOrders$", method="POST"),
    Fault("drop_before", path="/OEOrders$", method="POST"),
    Fault("late", path="/OEOrders$", method="POST", options={"seconds": 400}),
    Fault("status", path="/OEOrders$", options={"status": 503}),
    Fault("garbage", path="/OEOrders$"),
    Fault("session_lost", times=2),
    Fault("day_end", times=3),
    Fault("cut_body", times=2),
)
"""What goes wrong with one of the calls of whichever company asks next."""


class Days:
    """Shoppers, people and trouble of some days, drawn from one seed."""

    def __init__(self, two: Two, seed: int) -> None:
        self.two = two
        self.rng = random.Random(f"two companies {seed}")
        self.placed: dict[str, list[int]] = {company: [] for company in CURRENCIES}
        self.swapped = self.happened = 0

    def live(self, days: int) -> None:
        """So many days, hour by hour."""
        for hour in range(days * HOURS):
            self._shop()
            if self.rng.random() < 0.3:
                self.two.wire.faults.add(self.rng.choice(ON_A_CALL))
                self.happened += 1
            with self._trouble(hour):
                self._cycles()
            self._nothing_twice()
        self.two.wire.faults.clear()
        for _ in range(HOURS):  # what is in doubt is looked up, and tried again later and later
            self._cycles()

    def _shop(self) -> None:
        for view, company in VIEWS.items():
            for _ in range(self.rng.randrange(3)):
                self.placed[company].append(self.two.order(view))

    def _cycles(self) -> None:
        for _ in range(4):
            names = list(CONNECTIONS)
            self.rng.shuffle(names)
            for name in names:
                self.two.cycle(name, QUARTER / 2)

    def _nothing_twice(self) -> None:
        for company_id in CURRENCIES:
            keys = [one.external_key for one in self.two.face.site.databases[company_id].company.orders.table]
            assert len(keys) == len(set(keys)), company_id

    @contextmanager
    def _trouble(self, hour: int) -> Iterator[None]:
        """What lasts for an hour: one of the companies is locked, or swapped; LanPaks are taken; the hub starts anew."""
        name = self.rng.choice(list(CONNECTIONS))
        company = self.two.face.site.databases[CONNECTIONS[name]].company
        kind = self.rng.choice(("locked", "lanpaks", "restart", "", "", ""))
        if hour % HOURS == 0 and hour:  # the profile is read once a day, before the first work
            yield from self._restored(name)
            return
        if kind == "locked":
            company.window.lock("backup")
        elif kind == "lanpaks":
            self.two.face.options.lanpaks = 0
        elif kind == "restart":
            self.two.restart()
        yield
        company.window.unlock()
        self.two.face.options.lanpaks = None

    def _restored(self, name: str) -> Iterator[None]:
        """A test company is restored over the live one for an hour, and receives nothing; the other one goes on."""
        self.two.wire.faults.clear()
        for view, company_id in VIEWS.items():
            self.placed[company_id].append(self.two.order(view))
        company = self.two.face.site.databases[CONNECTIONS[name]].company
        live, company.name = company.name, f"{company.name} (restored)"
        self.two.restart()  # a process that has seen the company today looks again tomorrow
        inserted = len(company.orders.table)
        yield
        company.name = live
        assert len(company.orders.table) == inserted
        for one, ours in OURS.items():
            halted = halts.halted(one)
            assert (halted.code if halted is not None else "") == ("wrong-company" if one == name else "")
            if halted is not None:
                interventions.lift(one, company=ours, actor="ann", now=self.two.clock.now())
                self.swapped += 1

    def look(self) -> None:
        """Every order is in the books of its own company, once, as it was sold, and in no other's."""
        two = self.two
        for company_id, placed in self.placed.items():
            books = two.face.site.databases[company_id].company
            keys = [one.external_key for one in books.orders.table if one.external_key]
            assert sorted(keys) == sorted(f"magento:main:{entity_id}" for entity_id in placed), company_id
            booked = two.booked(company_id)
            for entity_id in placed:
                sold, order = two.shop.orders.any(entity_id).row, booked[f"magento:main:{entity_id}"]
                assert two.state(entity_id) is State.CONFIRMED
                assert order.totals.gross == Decimal(str(sold["grand_total"])).quantize(Decimal("0.01"))
                currency = books.currencies[order.currency_id].code
                assert currency == sold["order_currency_code"] == CURRENCIES[company_id]
        assert two.face.api.seats.at_once <= 2, "one of each company"
        assert two.face.api.seats.peak <= 2
        status = reports.status(two.configuration, two.clock.now())
        assert {
            name: one["flows"]["orders"]["account"]["unexplained"]
            for name, one in status["connections"].items()
        } == dict.fromkeys(CONNECTIONS, 0)


def lived(two: Two, seed: int, days: int) -> Days:
    """So many days, looked at."""
    found = Days(two, seed)
    found.live(days)
    found.look()
    return found


@pytest.mark.parametrize(
    ("seed", "days"), [(0, 2), *(pytest.param(seed, 5, marks=pytest.mark.campaign) for seed in range(1, 9))]
)
def test_each_order_is_booked_once_and_by_its_own_company(two: Two, seed: int, days: int) -> None:
    found = lived(two, seed, days)
    assert all(found.placed.values())
    assert found.happened > 5 * days
    assert found.swapped == days - 1


@pytest.mark.campaign
def test_a_hub_that_does_not_look_whose_company_it_is_is_found(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Identity, "today", lambda _self: None)
    with pytest.raises(AssertionError):
        lived(two, 0, 2)
