"""One store of seven websites, each with another Sage product behind it, all flows on: one's trouble delays no other."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from simulation.family_day import CADENCE, FamilyDay, staged
from tidegate.demo.family.story import CLOSED, closing
from tidegate.engine import digest, reports
from tidegate.simulation.products import SIMULATED

ORDERS = 84


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.timeout(1800)  # a busy machine takes longer than all other tests may
def test_one_company_after_the_other_is_closed_and_no_other_one_is_delayed(tmp_path: Path) -> None:
    with staged(tmp_path, 1) as (family, transport):
        family.write_configuration()
        day = FamilyDay(family, transport, ORDERS)
        try:
            day.play()
            day.look()
            now = day.clock.now()
            assert day.problems() == []
            every_closing_is_its_companys_own(day)
            one_account(day, now)
            one_chain_view(day, now)
            made = [digest.digest(day.hub.hub, name, now) for name in SIMULATED]
            assert day.digests(made) == []
        finally:
            day.hub.stop()


def every_closing_is_its_companys_own(day: FamilyDay) -> None:
    """Cycles are counted: as many of the others' orders as their cadence has in that time, and none was shut out."""
    assert [each.company for each in day.closings] == list(SIMULATED)
    for number, name in enumerate(SIMULATED):
        period = closing(number)
        meanwhile = [
            line for line in day.lines if period.closes <= datetime.fromisoformat(line["at"]) < period.opens
        ]
        for other in SIMULATED:
            cycles = [line for line in meanwhile if (line["connection"], line["flow"]) == (other, "orders")]
            done = [line["outcome"] for line in cycles]
            if other == name:  # it reads the store, and sends nothing
                assert not any(line["counts"].get("sent") for line in cycles), (name, cycles)
            else:
                assert set(done) <= {"done", "idle"}, (name, other, done)
                assert done.count("done") >= CLOSED // CADENCE - 1, (name, other, done)
                assert sum(line["counts"].get("read", 0) for line in cycles), (name, other, cycles)


def one_account(day: FamilyDay, now: datetime) -> None:
    """Of all connections, and it adds up."""
    status = reports.status(day.configuration, now)
    assert status["adds_up"]
    assert list(status["connections"]) == list(SIMULATED)


def one_chain_view(day: FamilyDay, now: datetime) -> None:
    """The newest confirmed order of each website, from the shop to its company, by its number or key."""
    for website in day.websites:
        keys = [f"magento:main:{one.entity_id}" for one in website.placed]
        traced = [order for key in keys for order in reports.traced(f"{key}/order", now)["orders"]]
        assert len(traced) == len(website.placed), website.name
        assert all(order["deliveries"] for order in traced), website.name
        assert any(order["chain"] for order in traced), website.name
