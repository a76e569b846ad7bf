"""Documents that were made are read back together: one search, alone where it fails, and found again where nothing is read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import Stage
from tidegate.config.amounts import Amount, Amounts
from tidegate.domain.states import State
from tidegate.flows.writing import read_back
from tidegate.simulation.crashes import ProcessDeath

STEPS = {"shipments": "shipment:", "invoices": "invoice:", "credits": "credit:"}
KINDS = {"shipments": "shipments", "invoices": "invoices", "credits": "creditmemos"}


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    return Fulfilled(stage, amounts=Amounts())


def ready_for(shop: Fulfilled, flow: str, count: int = 3) -> list[int]:
    """Orders that each have a document in Sage which this flow brings to Magento."""
    orders = [shop.sent(lines=(("HUB-0001", 2),)) for _ in range(count)]
    for placed in orders:
        shop.despatch(placed)
    if flow != "shipments":
        shop.run("shipments")
        for placed in orders:
            shop.invoice(placed)
    if flow == "credits":
        shop.run("invoices")
        for placed in orders:
            shop.credit(placed)
    return orders


def reads(shop: Fulfilled, flow: str) -> dict[str, int]:
    """How a cycle of the flow has asked for documents of its kind."""
    wire = shop.stage.world.shop_wire
    wire.clear_log()
    shop.run(flow)
    kind = KINDS[flow].removesuffix("s")
    return {call: count for call, count in wire.totals.items() if call.startswith("GET") and kind in call}


def states(shop: Fulfilled, orders: list[int], flow: str) -> list[State]:
    return [shop.item(placed, flow, STEPS[flow]).state for placed in orders]


def made(shop: Fulfilled, orders: list[int], flow: str) -> list[int]:
    return [len(shop.documents(placed)[KINDS[flow]]) for placed in orders]


@pytest.mark.parametrize("flow", STEPS)
def test_documents_of_several_orders_cost_two_searches(shop: Fulfilled, flow: str) -> None:
    orders = ready_for(shop, flow)
    assert reads(shop, flow) == {f"GET /rest/V1/{KINDS[flow]}": 2}, "before they are made, and after it"
    assert states(shop, orders, flow) == [State.CONFIRMED] * 3
    numbers = [shop.item(placed, flow, STEPS[flow]).target_number for placed in orders]
    there = [shop.documents(placed)[KINDS[flow]][0]["increment_id"] for placed in orders]
    assert numbers == there


def test_a_field_of_an_extension_is_read_with_its_whole_invoice(stage: Stage) -> None:
    shop = Fulfilled(stage, amounts=Amounts(fields={"surcharge": Amount(account="4902")}))
    orders = ready_for(shop, "invoices")
    assert reads(shop, "invoices") == {"GET /rest/V1/invoices": 2, "GET /rest/V1/invoices/{}": 3}
    assert states(shop, orders, "invoices") == [State.CONFIRMED] * 3


def test_where_the_search_fails_each_is_read_alone(shop: Fulfilled, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = ready_for(shop, "shipments")
    look_back = read_back.look_back

    def in_vain(*given: Any) -> None:
        shop.stage.break_shop("status", method="GET", path="/V1/shipments$", status=500)
        look_back(*given)

    monkeypatch.setattr(read_back, "look_back", in_vain)
    assert reads(shop, "shipments") == {"GET /rest/V1/shipments": 2, "GET /rest/V1/shipment/{}": 3}
    assert states(shop, orders, "shipments") == [State.CONFIRMED] * 3


def test_what_is_not_read_back_is_in_doubt_and_found_by_the_next_look(shop: Fulfilled) -> None:
    orders = ready_for(shop, "invoices")
    shop.stage.break_shop("drop_before", method="GET", path="/V1/invoices", times=None)
    shop.run("invoices")
    assert set(states(shop, orders, "invoices")) <= {State.IN_DOUBT, State.QUEUED}
    shop.stage.mend()
    for _ in range(3):
        shop.run("invoices", after=timedelta(minutes=15))
    assert states(shop, orders, "invoices") == [State.CONFIRMED] * 3
    assert made(shop, orders, "invoices") == [1, 1, 1]


def test_a_call_in_doubt_leaves_those_before_it_clear(shop: Fulfilled) -> None:
    orders = ready_for(shop, "shipments")
    shop.stage.break_shop("drop_after", method="POST", path=f"/order/{orders[2]}/ship$")
    shop.run("shipments")
    assert states(shop, orders, "shipments") == [State.CONFIRMED, State.CONFIRMED, State.IN_DOUBT]


@pytest.mark.parametrize("flow", STEPS)
def test_a_death_before_the_reading_back_doubles_nothing(shop: Fulfilled, flow: str) -> None:
    orders = ready_for(shop, flow)
    crashes = shop.stage.world.crashes
    crashes.arm(
        "send-after", 2 + len(orders) + 1
    )  # the two looks, the calls, and the search for what they made
    with pytest.raises(ProcessDeath):
        shop.run(flow, flow, flow)
    assert sum(made(shop, orders, flow)) > 0
    crashes.disarm()
    crashes.revive()
    shop.stage.reopen()
    for _ in range(3):
        shop.run(flow, after=timedelta(minutes=15))
    assert states(shop, orders, flow) == [State.CONFIRMED] * 3
    assert made(shop, orders, flow) == [1, 1, 1]
