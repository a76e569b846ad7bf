"""A product that keeps short keys: everything that comes back is found through the ledger's table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from tidegate.conformance.memory.switches import Switches
from tidegate.domain.states import State
from tidegate.engine import reports
from tidegate.ledger import keys, models, queue

writing: Any = Switches.writing.fget  # type: ignore[attr-defined]


def numbered(store: str, entity_id: int, again: int) -> str:
    """Ten characters that say nothing of the order."""
    return f"M{entity_id + again:09}"


@pytest.fixture
def stage(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The company's product keeps ten characters."""
    monkeypatch.setattr(Switches, "writing", property(lambda self: replace(writing(self), make_key=numbered)))
    return stage


def in_sage(stage: Stage, key: str) -> list[dict[str, Any]]:
    """The company's orders under that key."""
    found: list[dict[str, Any]] = stage.company.books()["orders_by_key"].get(key, [])
    return found


def test_an_order_goes_out_under_the_products_own_key_once(stage: Stage) -> None:
    placed = stage.order()
    stage.break_sage("drop_after", on="send")
    stage.cycle()
    assert keys.of_sources([("main", placed)]) == {("main", placed): f"M{placed:09}"}
    assert stage.state(placed) is State.IN_DOUBT
    stage.cycle(after=SETTLED)
    assert (stage.state(placed), len(in_sage(stage, f"M{placed:09}"))) == (State.CONFIRMED, 1)


def test_a_key_that_nobody_knows_is_skipped_with_the_reason_named_and_counted(stage: Stage) -> None:
    shop = Fulfilled(stage)
    placed = sent(stage)
    stage.company.despatch(stage.delivery(placed).target_number, None)
    models.StoredKey.objects.all().delete()
    shop.run("shipments")
    (skipped,) = queue.listing(flow="shipments")
    assert (skipped.state, skipped.label) == (State.SKIPPED, f"M{placed:09}")
    assert "which the ledger does not know" in skipped.reason
    flow = reports.status(stage.hub.configuration, stage.now)["connections"]["web"]["flows"]["shipments"]
    assert flow["account"]["skipped"] == flow["account"]["read"] == 1


def sent(stage: Stage) -> int:
    """An order that the company has, all of it in stock."""
    placed = stage.order()
    stage.cycle()
    return placed


def test_a_despatch_with_such_a_key_becomes_a_shipment(stage: Stage) -> None:
    """Seen before: read 1, nothing made, not even skipped."""
    shop = Fulfilled(stage)
    placed = sent(stage)
    stage.company.despatch(stage.delivery(placed).target_number, None)
    shop.run("shipments")
    assert shop.item(placed, "shipments", "shipment:").state is State.CONFIRMED
