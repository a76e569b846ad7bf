"""One Sage 300 server, one store: each website has its own company, currency, locations and tax group (contract §18)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from integration.sage300.conftest import Two
from tidegate.domain.states import State
from tidegate.engine import interventions, reports
from tidegate.ledger import halts


def test_each_website_sells_for_its_own_company(two: Two) -> None:
    """Sage knows each tax group in one of the companies alone, and would refuse the other's."""
    here, there = two.order("default"), two.order("canada")
    for name in ("web", "canada"):
        two.cycle(name)

    assert {two.state(here), two.state(there)} == {State.CONFIRMED}
    for company_id, entity_id, currency, place in (
        ("SAMLTD", here, "USD", "1"),
        ("SAMINC", there, "CAD", "T1"),
    ):
        books = two.face.site.databases[company_id].company
        sold = two.shop.orders.any(entity_id).row
        [(key, order)] = two.booked(company_id).items()
        assert key == f"magento:main:{entity_id}"
        assert books.currencies[order.currency_id].code == sold["order_currency_code"] == currency
        assert order.totals.gross == Decimal(str(sold["grand_total"])).quantize(Decimal("0.01"))
        assert {books.warehouses[line.warehouse_id].name for line in order.lines if line.kind == "item"} == {
            place
        }
    assert two.face.api.seats.peak == 2, "one LanPak in each company"
    status = reports.status(two.configuration, two.clock.now())
    assert {
        name: one["flows"]["orders"]["account"]["unexplained"] for name, one in status["connections"].items()
    } == {
        "web": 0,
        "canada": 0,
    }


def test_a_company_that_was_swapped_behind_the_same_address_receives_nothing(two: Two) -> None:
    """A test company is restored over the live one at night: that connection halts, the other one goes on."""
    two.order("default")
    two.cycle("web")
    live = two.face.site.databases["SAMLTD"].company
    live.name = "Sample Company Ltd. (restored)"
    two.clock.advance(timedelta(days=1).total_seconds())
    late, abroad = two.order("default"), two.order("canada")
    inserted = len(live.orders.table)

    report = two.cycle("web")
    two.cycle("canada")

    assert report.outcome != "done"
    halted = halts.halted("web")
    assert halted is not None
    assert halted.code == "wrong-company"
    assert "Sample Company Ltd. (restored)" in halted.reason
    assert "the configuration has Sample Company Ltd." in halted.reason
    assert len(live.orders.table) == inserted
    assert halts.halted("canada") is None
    assert two.state(abroad) is State.CONFIRMED

    live.name = "Sample Company Ltd."
    interventions.lift("web", company="sage", actor="ann", now=two.clock.now())
    two.cycle("web")
    assert two.state(late) is State.CONFIRMED
    assert len(live.orders.table) == inserted + 1
