"""A dry run shows exactly what would be sent, and leaves no trace anywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from integration.flows import company_staff
from integration.flows.stage import PAUSE, Stage
from tidegate.conformance.memory.orders import Orders
from tidegate.conformance.memory.troubles import WRITES
from tidegate.engine.dry_run import dry_run
from tidegate.engine.interventions import Act
from tidegate.sage.port.orders import Prepared


def dump(stage: Stage) -> list[str]:
    """The ledger as SQL, but for the seats: a dry run reads Sage, and who takes a seat is counted."""
    path = stage.world.settings.ledger.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        return [line for line in connection.iterdump() if "'seats:" not in line]


def tried(stage: Stage, flow: str = "orders") -> dict[str, dict[str, Any]]:
    stage.pass_time(PAUSE)
    return {entry["order"]: entry for entry in dry_run(stage.hub, stage.connection, flow)}


def number(stage: Stage, entity_id: int) -> str:
    return str(stage.shop_order(entity_id)["increment_id"])


def test_it_shows_what_is_then_really_sent(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = [stage.order(kind) for kind in ("guest", "coupon", "bundle", "configurable")]
    shown = [entry["payload"] for entry in tried(stage).values()]
    sent: list[Any] = []
    send = Orders.send

    def watched(desk: Orders, batch: Sequence[Prepared]) -> Any:
        sent.extend(one.payload for one in batch)
        return send(desk, batch)

    monkeypatch.setattr(Orders, "send", watched)
    stage.cycle()
    assert len(shown) == len(placed)
    assert sent == shown


def test_it_writes_nothing_to_the_ledger_and_makes_no_writing_call(stage: Stage) -> None:
    stage.order("guest")
    stage.cycle()
    stage.orders(2, "guest")
    stage.order("customer", customer=stage.world.register(1)[0])
    before = dump(stage)
    books = stage.company.books()["counts"], stage.shop.books()["writes"]
    stage.listen()
    assert len(tried(stage)) == 3
    tried(stage, "order-status")
    assert dump(stage) == before
    assert (stage.company.books()["counts"], stage.shop.books()["writes"]) == books
    assert {call.split()[0] for call in stage.shop_calls()} == {"GET"}
    assert stage.sage_calls() != []
    assert stage.sage_calls(*WRITES) == []


def test_it_says_why_an_order_would_not_be_sent(stage: Stage) -> None:
    company_staff.removes_product(stage, "HUB-0007")
    held, twin = stage.order("guest", lines=(("HUB-0007", 1),)), stage.order("guest")
    there = company_staff.types_in(stage, number(stage, twin))
    entries = tried(stage)
    assert entries[number(stage, held)]["missing"] == "sku:HUB-0007"
    assert entries[number(stage, twin)]["in_company"] == [there]


def test_it_names_the_account_that_would_be_created_first(stage: Stage) -> None:
    (customer,) = stage.world.register(1)
    placed = stage.order("customer", customer=customer)
    account = tried(stage)[number(stage, placed)]["creates_account"]["account"]
    stage.cycle()
    assert stage.only(placed)["customer"] == account


def test_it_knows_what_the_next_cycle_will_read(stage: Stage) -> None:
    """Queued orders as they are now: cancelled ones are left out, paid ones are there."""
    stage.lock()
    cancelled, unpaid = stage.order("guest"), stage.order("pending_payment")
    stage.cycle()
    stage.unlock()
    stage.pass_time(timedelta(minutes=11))
    stage.shopper.cancel(cancelled)
    stage.shopper.pay(unpaid)
    assert list(tried(stage)) == [number(stage, unpaid)]


def test_an_order_that_a_person_wants_sent_beside_its_twin_is_shown(stage: Stage) -> None:
    placed = stage.order("guest")
    company_staff.types_in(stage, number(stage, placed))
    stage.cycle()
    stage.act(Act.RETRY, placed, overrule=True)
    assert "payload" in tried(stage)[number(stage, placed)]


def test_it_does_not_call_a_closed_company(stage: Stage) -> None:
    stage.order("guest")
    stage.pass_time(timedelta(hours=15, minutes=15))
    stage.listen()
    (entry,) = tried(stage).values()
    assert "nightly backup" in entry["text"]
    assert stage.sage_calls() == []


def test_notes_are_shown_as_they_are_written(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.cycle()
    entry = tried(stage, "order-status")[number(stage, placed)]
    stage.notes()
    assert entry["ext_order_id"] == stage.shop_order(placed)["ext_order_id"]
    assert [entry["comment"]] == [comment["text"] for comment in stage.comments(placed)]
