"""A company whose door does not open: every flow, and every command that asks it, follows the failure's policy."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import InMemory
from integration.flows.in_memory import MemoryStage
from integration.flows.stage import CONNECTION, START
from tidegate.config.accounts import Accounts
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.config.stock import Stock
from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.prices.price_book import PriceQuestion
from tidegate.domain.states import State
from tidegate.engine import coverage, dry_run, matching, preflight, reconcile
from tidegate.engine.cycles import FLOWS
from tidegate.engine.live_prices import LivePrices
from tidegate.flows.books import books
from tidegate.flows.masters import customer_records, products, registrations
from tidegate.flows.orders import adopt
from tidegate.flows.prices import preview
from tidegate.ledger import closures, halts
from tidegate.sage.port.session import Purpose

DOORS = (
    Failure(Code.NO_SEAT, "all seats are taken", sent=False),
    Failure(Code.LOCKED, "the desktop is away", retry_after=1800, sent=False),
    Failure(Code.SIGN_IN_EXPIRED, "the consent has expired", sent=False),
    Failure(Code.TRANSIENT, "the agent is restarting", sent=False),
)


@pytest.fixture
def everything(in_memory: InMemory) -> MemoryStage:
    """Every flow is on and has something to ask the company."""
    stage = in_memory(seats=2)
    stage.reopen(
        flows={name: Flow(every="15m") for name in FLOWS},
        stock=Stock(warehouses={"HOME": "wh_detroit"}),
        prices=Prices(groups={"Wholesale": "Wholesale"}),
        accounts=Accounts(approval="provisional"),
        statuses={"shipped": "shipped"},
    )
    for name in ("invoices", "payments"):  # statuses are read once both have been
        stage.cycle(name)
    return stage


def registers(stage: MemoryStage) -> None:
    """Somebody new."""
    (customer,) = stage.world.register(1)
    row = stage.shop.customers.get(customer)
    at = stage.now.strftime("%Y-%m-%d %H:%M:%S")
    stage.shop.customers.put({**row, "created_at": at, "updated_at": at})


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.code.value)
def test_every_flow_follows_the_policy_of_a_door_that_does_not_open(
    everything: MemoryStage, door: Failure
) -> None:
    placed = everything.order("guest")
    registers(everything)
    everything.room.shut = door
    for flow in FLOWS:
        report = everything.cycle(flow)
        assert (report.outcome, door.text in report.text) == ("ended early", True), (flow, report)
        halted = halts.halted(CONNECTION)
        assert (halted is not None) is (door.group is Group.HALT_AND_ALERT), flow
        closed = closures.closed(everything.connection.settings.company, everything.now)
        assert (closed is not None) is (door.code is Code.LOCKED), flow
        if halted is not None:
            everything.lift()
        everything.pass_time(timedelta(minutes=31))
    assert everything.state(placed) is State.QUEUED
    assert everything.delivery(placed).failures == 0, "no record is to blame"
    everything.room.shut = None
    everything.cycle()
    assert everything.state(placed) is State.CONFIRMED
    assert len(everything.in_sage(placed)) == 1


def test_a_second_seat_that_is_refused_does_not_end_the_work_of_the_first(
    everything: MemoryStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = everything.orders(3)
    opened = everything.room.session
    asked: list[int] = []

    def every_third_is_shut(purpose: Purpose) -> Any:
        asked.append(1)
        return nullcontext(DOORS[0]) if len(asked) == 3 else opened(purpose)

    monkeypatch.setattr(everything.room, "session", every_third_is_shut)
    report = everything.cycle()
    assert report.outcome == "done", report
    assert everything.states(placed) == {State.CONFIRMED}


def test_every_command_says_why_the_company_could_not_be_asked(everything: MemoryStage) -> None:
    door = DOORS[0]
    everything.order("guest")
    registers(everything)
    everything.room.shut = door
    hub, connection = everything.hub, everything.connection
    assert books.learn(connection).failure == door
    assert coverage.coverage(connection) == door
    assert matching.look(connection) == door
    assert adopt.look(connection, START - timedelta(days=1)).failure == door
    for told in (
        preview.preview(connection),
        products.preview(connection),
        customer_records.preview(connection),
        registrations.preview(connection),
    ):
        assert told == [{"problem": door.text}]
    (entry,) = dry_run.dry_run(hub, connection, "orders")
    assert door.text in str(entry)
    report = reconcile.compare(connection, reconcile.last_days(connection, 2))
    assert any(door.text in each for each in report.unchecked)
    lines = preflight.preflight(hub, ())
    assert [line.verdict for line in lines if line.subject == "session"] == ["fail"]


def test_a_question_of_a_cart_that_meets_a_shut_door_counts_as_unanswered(
    everything: MemoryStage,
) -> None:
    everything.reopen(prices=Prices(customer_prices="api", live_ms=60_000))
    everything.room.shut = DOORS[3]
    live = LivePrices(everything.hub.connections)
    try:
        for _ in range(3):
            question = PriceQuestion("WEB", "HUB-0001", Decimal(1))
            asking = live.begin(everything.connection, [question])
            assert asking is not None
            live.collect(asking)
            assert live.prices(everything.connection, [question]) == [None]
        assert live.breaker(everything.connection) == "open"
    finally:
        live.close()
