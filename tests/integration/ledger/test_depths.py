"""How deep the queues were: one line for each flow and quarter of an hour, kept for a month; on both databases."""

from __future__ import annotations

from datetime import timedelta

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW, create
from tidegate.domain.states import State
from tidegate.ledger import depths, mirror, models
from tidegate.ledger.database import transaction


def sample(now: object) -> None:
    with transaction("test"):
        depths.sample(CONNECTION, ["orders", "prices"], now)  # type: ignore[arg-type]


def test_what_is_open_is_written_down_by_flow(ledger: Ledger) -> None:
    create("1/order", "2/order")
    create("3/order", state=State.HELD, now=NOW - timedelta(hours=3))
    create("4/order", state=State.SKIPPED)
    with transaction("test"):
        mirror.want(CONNECTION, "inventory", {"HUB-1": "4;1"}, NOW)
    sample(NOW)
    (whole,) = depths.history([CONNECTION], NOW - timedelta(days=1))
    assert (whole.waiting, whole.held, whole.depth) == (3, 1, 4)
    assert whole.oldest == NOW - timedelta(hours=3)
    (orders,) = depths.history([CONNECTION], NOW - timedelta(days=1), "orders")
    assert (orders.waiting, orders.held) == (2, 1)
    assert models.Depth.objects.count() == 3  # nothing waits in prices, and that is a line, too
    assert depths.history(["other"], NOW - timedelta(days=1)) == []


def test_a_quarter_of_an_hour_has_one_line_and_the_last_look_counts(ledger: Ledger) -> None:
    sample(NOW)
    create("1/order")
    sample(NOW + timedelta(minutes=14))
    (quarter,) = depths.history([CONNECTION], NOW)
    assert quarter.waiting == 1
    sample(NOW + timedelta(minutes=15))
    assert [each.at for each in depths.history([CONNECTION], NOW)] == [NOW, NOW + timedelta(minutes=15)]


def test_lines_are_kept_for_a_month(ledger: Ledger) -> None:
    sample(NOW)
    later = NOW + depths.KEPT + timedelta(minutes=15)
    sample(later)
    with transaction("test"):
        assert depths.forget(later) == 2
    assert [each.at for each in depths.history([CONNECTION], NOW)] == [later]
