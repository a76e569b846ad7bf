"""What of the rules for orders can be seen on Sage 200's wire alone: fields, texts, pages that are no answer, calls."""

from __future__ import annotations

from decimal import Decimal

from integration.flows.stage import SETTLED
from integration.over_the_wire import ORDERS
from integration.over_the_wire import WireStage as Stage
from tidegate.domain.states import State
from tidegate_sandbox.magento.additions import Additions


def test_key_and_number_land_in_the_fields_of_the_contract(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.cycle()
    there = stage.only(placed)
    assert there["key"] == f"magento:main:{placed}"
    assert there["reference"] == stage.shop_order(placed)["increment_id"]
    assert there["created_by"] == "MAGENTO"
    assert there["customer"] == "WEB"
    assert Decimal(there["gross"]) == stage.total(placed)


def test_a_batch_costs_hardly_more_than_one_call_an_order(stage: Stage) -> None:
    """Promise 4: twenty-five orders, two pooled look-ups (hosting takes no longer ones), one call each."""
    goods = tuple((f"HUB-{number:04d}", 1) for number in range(1, 11))
    stage.order("guest", lines=goods)
    stage.cycle()
    placed = [stage.order("guest", lines=(goods[number % 10],)) for number in range(25)]
    stage.listen()
    stage.cycle()
    assert stage.states(placed) == {State.CONFIRMED}
    calls = stage.sage_calls()
    assert len([call for call in calls if call.startswith("POST") and call.endswith("/sop_orders")]) == 25
    assert len([call for call in calls if call.endswith("/sop_orders")]) <= 25 * 1.1
    assert len(calls) <= 28  # with a nominal code that is read for the first time


def test_what_staff_writes_of_an_order_is_on_its_memos(stage: Stage) -> None:
    said = Additions(pickup_location="LONDON-1", gift_message="Happy birthday", company="Acme")
    placed = stage.order("guest", po_number="SECOND", method="purchaseorder", additions=said)
    stage.cycle()
    told = str(stage.only(placed)["lines"])
    for text in ("Your order number: SECOND", "Pickup location: LONDON-1", "Happy birthday"):
        assert text in told


def test_a_maintenance_page_is_waited_out(stage: Stage) -> None:
    placed = stage.order("guest")
    page = "<html>Scheduled maintenance</html>"
    stage.break_sage("status", times=None, status=503, body=page, content_type="text/html")
    stage.cycle()
    assert (stage.state(placed), stage.delivery(placed).failures) == (State.QUEUED, 0)
    stage.mend()
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED


def test_a_failed_sign_in_halts_at_once_and_is_reported_once(stage: Stage) -> None:
    placed = stage.orders(3, "guest")
    stage.world.sage.sign_in_server.revoke_all()
    report = stage.cycle()
    assert stage.states(placed) == {State.QUEUED}
    assert {stage.delivery(one).failures for one in placed} == {0}
    assert len(stage.alerts()) == 1
    assert report.text.startswith("ended early")
    stage.listen()
    assert stage.cycle(after=SETTLED).outcome == "halted"
    assert stage.notes().outcome == "halted"
    assert stage.sage_calls() == stage.shop_calls() == []
    assert len(stage.alerts()) == 1
    stage.world.sign_in(stage.hub)
    stage.lift()
    stage.cycle(after=SETTLED)
    assert stage.states(placed) == {State.CONFIRMED}
    assert stage.alerts() == []


def test_the_words_of_a_refusal_reach_operators_and_a_busy_record_is_known_by_them(stage: Stage) -> None:
    placed = stage.orders(3, "guest")
    refused = '{"Message": "The requested delivery date is not valid."}'
    busy = '{"Message": "The account record is locked by another user: the record is in use by PETRA."}'
    stage.break_sage("status", method="POST", path=ORDERS, status=400, body=busy, skip=1)
    stage.break_sage("status", method="POST", path=ORDERS, status=400, body=refused, skip=1)
    stage.cycle()
    assert [stage.state(one) for one in placed] == [State.CONFIRMED, State.QUEUED, State.REVIEW]
    assert "delivery date" in stage.delivery(placed[2]).reason


def test_a_user_without_the_permission_halts_and_the_text_says_what_to_do(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.break_sage("permission", method="POST", path=ORDERS)
    report = stage.cycle()
    assert "may not do this" in report.text
    assert (stage.state(placed), stage.delivery(placed).failures) == (State.QUEUED, 0)
    assert [code for code, _ in stage.alerts()] == ["not-permitted"]
