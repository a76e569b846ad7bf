"""Orders are looked at together before they are written to: one search, used at once, and alone where it fails."""

from __future__ import annotations

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import CONNECTION, Stage
from integration.flows.test_order_status import confirmed, noted
from tidegate.domain.errors import Code, Failure
from tidegate.domain.states import State
from tidegate.ledger import halts
from tidegate.magento.notes import OrderNow
from tidegate_sandbox.faults import Fault

BOTH = (State.CONFIRMED, State.CONFIRMED)


def looks(stage: Stage) -> dict[str, int]:
    """How the notes' cycle has asked for orders."""
    stage.world.shop_wire.clear_log()
    stage.notes()
    totals = stage.world.shop_wire.totals
    return {call: count for call, count in totals.items() if call.startswith("GET")}


def test_three_orders_cost_one_look(stage: Stage) -> None:
    orders = [confirmed(stage) for _ in range(3)]
    assert looks(stage) == {"GET /rest/V1/orders": 1}
    assert [noted(stage, each) for each in orders] == [BOTH] * 3
    assert [len(stage.comments(each)) for each in orders] == [1, 1, 1]


def test_an_order_that_does_not_come_with_the_others_is_read_alone(stage: Stage) -> None:
    there, gone = confirmed(stage), 999_999
    notes, wire = stage.connection.store.notes, stage.world.shop_wire
    notes.read_ahead([there, gone], anew=True)
    wire.clear_log()
    found = notes.read_status(there)
    assert (isinstance(found, OrderNow), wire.totals) == (True, {})
    answer = notes.read_status(gone)
    assert isinstance(answer, Failure)
    assert answer.code is Code.REFUSED
    assert wire.totals == {"GET /rest/V1/orders/{}": 1}
    assert notes.read_status(there) == found
    assert wire.totals == {"GET /rest/V1/orders/{}": 2}, "an answer serves once"


def test_where_the_search_fails_each_order_is_read_alone(stage: Stage) -> None:
    orders = [confirmed(stage) for _ in range(3)]
    stage.world.shop_wire.faults.add(Fault("status", None, "GET", "/V1/orders$", None, {"status": 500}))
    assert looks(stage) == {"GET /rest/V1/orders": 1, "GET /rest/V1/orders/{}": 3}
    assert [noted(stage, each) for each in orders] == [BOTH] * 3


def test_a_store_that_refuses_the_keys_is_not_asked_again_for_orders_that_wait_anyway(stage: Stage) -> None:
    """Week 175 of X3: both orders' invoices wait for their shipments, so that nobody looks at the failed search."""
    shop = Fulfilled(stage)
    placed = [shop.sent() for _ in range(2)]
    for each in placed:
        shop.despatch(each)
        shop.invoice(each)
    stage.world.shop_wire.faults.add(Fault("status", None, "POST", "/ship$", None, {"status": 503}))
    shop.run("shipments")
    stage.world.shop_wire.faults.clear()
    stage.world.shop_wire.faults.add(Fault("status", None, "GET", "/V1/orders", None, {"status": 401}))
    stage.world.shop_wire.clear_log()
    assert stage.cycle("invoices").outcome == "ended early"
    assert halts.halted(CONNECTION) is not None
    assert stage.world.shop_wire.totals == {"GET /rest/V1/orders": 2}, "the search, and the probe"
