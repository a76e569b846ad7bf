"""Depth and age over time: sampled by the running hub, drawn on the server."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from integration.console.pages.browsing import Browsing
from integration.flows.stage import CONNECTION
from tidegate.console.pages import plots
from tidegate.engine import figures
from tidegate.ledger import depths, tally
from tidegate.ledger.depths import Sample

START = datetime(2026, 3, 2, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def sample(quarters: int, waiting: int = 0, held: int = 0, hours: float | None = None) -> Sample:
    at = START + quarters * QUARTER
    return Sample(at, waiting, 0, 0, held, 0, at - timedelta(hours=hours) if hours is not None else None)


def test_the_hub_looks_once_in_a_quarter_of_an_hour(browsing: Browsing) -> None:
    hub = browsing.stage.hub
    browsing.stage.shopper.place_orders(2, "guest")
    for _ in range(3):
        figures.look(hub)
    assert len(depths.history([CONNECTION], hub.clock.now() - timedelta(days=1))) == 1
    browsing.stage.cycle()
    browsing.stage.pass_time(QUARTER)
    figures.look(hub)
    assert len(depths.history([CONNECTION], hub.clock.now() - timedelta(days=1))) == 2
    browsing.stage.pass_time(QUARTER)
    figures.look(hub)
    assert tally.counted(tally.DELIVERY) > 0


def test_queue_and_tide_table_draw_what_was_written_down(browsing: Browsing) -> None:
    browsing.sign_in()
    assert "No figures were recorded in this time" in browsing.page("/queue")
    browsing.stage.shopper.place_orders(2, "guest", method="banktransfer")
    browsing.stage.reopen(payments={"checkmo": browsing.stage.connection.settings.payments["*"]})
    browsing.__post_init__()
    browsing.stage.cycle()
    for _ in range(3):
        figures.look(browsing.stage.hub)
        browsing.stage.pass_time(QUARTER)
    text = browsing.page(f"/queue?connection={CONNECTION}&span=7d")
    assert 'class="area held"' in text
    assert "<polyline" in browsing.page("/queue/plot?flow=orders")
    assert 'class="spark"' in browsing.page("/")
    assert "2 at the most" in browsing.page("/")


def test_a_scale_ends_with_a_round_figure() -> None:
    assert [plots.scale(each) for each in (0, 1, 3, 6, 48, 51, 1001)] == [1, 1, 5, 10, 50, 100, 2000]


def test_a_gap_stays_a_gap() -> None:
    samples = [sample(0, 4, hours=1), sample(1, 6, hours=1.25), sample(20, 2, 1, hours=0.5)]
    drawn = plots.plot(samples, START, START + timedelta(days=1))
    assert drawn is not None
    assert [each["place"] for each in drawn["areas"]] == ["held", "held", "waiting", "waiting"]
    assert len(drawn["lines"]) == 2
    assert (drawn["top"], drawn["oldest"]) == (10, 2)
    for points in (*drawn["lines"], *(each["points"] for each in drawn["areas"])):
        for x, y in re.findall(r"([\d.]+),([\d.]+)", points):
            assert 0 <= float(x) <= plots.WIDTH
            assert 0 <= float(y) <= plots.HEIGHT


def test_a_month_has_no_more_corners_than_a_day() -> None:
    samples = [sample(each, each % 7) for each in range(31 * 96)]
    drawn = plots.plot(samples, START, START + timedelta(days=31))
    assert drawn is not None
    (area,) = drawn["areas"]
    assert len(area["points"].split()) <= 2 * (plots.MOST + 1)
    assert max(each["depth"] for each in drawn["table"]) == 6
