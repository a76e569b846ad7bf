"""While much is read, orders do not wait for the end: they pass between two pages, as cycles of their own.

A wire test: a company in memory answers without pages.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from integration.flows.stage import CONNECTION, PAUSE, Stage
from integration.flows.stocking import HOME
from integration.sage200.conftest import Build
from tidegate.config.model import Flow
from tidegate.config.products import Products
from tidegate.config.stock import Stock
from tidegate.domain.states import State
from tidegate.engine import interludes
from tidegate.engine.cycles import FLOWS, Report, run_cycle
from tidegate.engine.runner import run_due
from tidegate.engine.schedule import Due
from tidegate.flows import mirrored
from tidegate.flows.cycle import TIME_SLICE
from tidegate.ledger import alerts, database, models

#: Seconds that every page takes, and the interval of the flow `orders`.
PAGE, EVERY = 25, timedelta(minutes=1)
EVERY_FLOW = {
    "orders": Flow(every="1m"),
    "order-status": Flow(every="1m"),
    "products": Flow(every="1h"),
    "prices": Flow(every="1h"),
    "customers": Flow(every="1h"),
    "inventory": Flow(every="1h"),
    "shipments": Flow(every="1h"),
}
#: (the flow, whose pages are slow)
LONG = [
    ("products", "shop", "/products"),
    ("prices", "sage", "/"),
    ("customers", "shop", "/customers"),
    ("inventory", "sage", "/"),
]


@pytest.fixture
def shop(build: Build, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Many slow pages are read and nothing is written; what is due of orders has just run."""
    monkeypatch.setattr(mirrored, "send", lambda *_: None)
    stage = build(items=400)
    stage.reopen(flows=EVERY_FLOW, products=Products(weight=False), stock=Stock(warehouses=HOME))
    stage.connection.page_size = 20
    for flow in ("orders", "order-status"):
        stage.cycle(flow)
    return stage


def slow(stage: Stage, where: str, path: str) -> None:
    """Every page takes its time."""
    (stage.break_shop if where == "shop" else stage.break_sage)("slow", None, "GET", path, seconds=PAGE)


def read_all(stage: Stage, flow: str) -> Report:
    """One cycle by the runner, for the first time: everything is read."""
    return run_due(stage.hub, Due(stage.now, stage.connection, flow))


def batches(flow: str) -> list[Any]:
    """The flow's runs, oldest first."""
    return list(models.Batch.objects.filter(connection=CONNECTION, flow=flow).order_by("id"))


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """When cycles of orders passed a reading: idle ones leave no rows behind."""
    began: list[datetime] = []

    def noted(hub: Any, connection: Any, flow: str, *others: Any) -> Report:
        if flow == "orders":
            began.append(hub.clock.now())
        return run_cycle(hub, connection, flow, *others)

    monkeypatch.setattr(interludes, "run_cycle", noted)
    return began


def test_a_new_order_waits_for_a_time_slice_and_a_page_and_not_for_the_whole_catalogue(
    shop: Stage, passed: list[datetime]
) -> None:
    placed = shop.order()
    slow(shop, "shop", "/products")
    shop.listen()
    began = shop.now
    last = began
    report = read_all(shop, "products")
    pages = len(shop.shop_calls("GET", "/products"))
    assert report.outcome == "done"
    assert shop.now - began >= timedelta(seconds=PAGE * pages) > 4 * EVERY  # it was long
    assert shop.state(placed) is State.CONFIRMED
    assert len(passed) >= 3
    for run in passed:
        waited = run - (last + EVERY if last > began else last)
        assert waited <= timedelta(seconds=TIME_SLICE + PAGE) + EVERY
        last = run
    assert models.Batch.objects.filter(ended_at=None).count() == 0


@pytest.mark.parametrize(("flow", "where", "path"), LONG)
def test_every_long_reading_lets_orders_pass(
    shop: Stage,
    monkeypatch: pytest.MonkeyPatch,
    passed: list[datetime],
    flow: str,
    where: str,
    path: str,
) -> None:
    monkeypatch.setattr(interludes, "TIME_SLICE", 0)
    monkeypatch.setattr(interludes, "ASKED_AGAIN", 0)
    placed = shop.order()
    shop.pass_time(PAUSE)
    slow(shop, where, path)
    report = read_all(shop, flow)
    assert report.outcome == "done", report
    assert shop.state(placed) is State.CONFIRMED
    ours = batches(flow)[-1]
    assert any(ours.started_at <= each < ours.ended_at for each in passed)


def test_nothing_passes_inside_a_transaction_nor_within_another_interlude(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guards, seen where an interlude runs."""
    monkeypatch.setattr(interludes, "TIME_SLICE", 0)
    depth, most, seen = 0, 0, list[str]()

    def counted(hub: Any, connection: Any, flow: str, *others: Any) -> Report:
        nonlocal depth, most
        depth += 1
        most = max(most, depth)
        seen.append(flow)
        assert not database.in_transaction()
        assert hub.companies["sage"].seats.in_use == 0  # lent: one seat is enough
        try:
            return run_cycle(hub, connection, flow, *others)
        finally:
            depth -= 1

    monkeypatch.setattr("tidegate.engine.interludes.run_cycle", counted)
    shop.order()
    shop.pass_time(PAUSE)
    slow(shop, "sage", "/")
    read_all(shop, "products")
    assert "orders" in seen
    assert most == 1


def test_a_fault_of_the_orders_does_not_end_the_reading(shop: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise LookupError("nobody foresaw this")

    monkeypatch.setitem(FLOWS, "orders", replace(FLOWS["orders"], run=broken))
    shop.pass_time(PAUSE)
    slow(shop, "shop", "/products")
    with capture_logs():  # the traceback is long
        assert read_all(shop, "products").outcome == "done"
    assert ("fault", "orders") in [(one.code, one.subject) for one in alerts.open_alerts(CONNECTION)]


def test_without_pauses_the_order_waits_for_the_end(
    shop: Stage, monkeypatch: pytest.MonkeyPatch, passed: list[datetime]
) -> None:
    """The deliberate bug: the measure of the first test sees it."""
    monkeypatch.setattr(interludes.Interludes, "__call__", lambda self: None)
    with pytest.raises(AssertionError):
        test_a_new_order_waits_for_a_time_slice_and_a_page_and_not_for_the_whole_catalogue(shop, passed)
