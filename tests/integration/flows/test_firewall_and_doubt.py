"""A firewall's page in answer to a look-up proves nothing: what is in doubt stays in doubt, and its stock waits."""

from __future__ import annotations

import pytest

from integration.flows.billing import shipped
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import database, delivery, operators
from tidegate.magento import client

SHIP = "order/[0-9]+/ship$"


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    """The flows' stage."""
    return Fulfilled(stage)


def blocked(shop: Fulfilled) -> int:
    """An order whose shipment was written, while the answer was lost, and whose look-up is blocked on the way."""
    placed = shop.sent()
    shop.despatch(placed)
    shop.stage.break_shop("drop_after", method="POST", path=SHIP)
    shop.run("shipments")
    page = "<html><title>Request blocked</title></html>"
    shop.stage.break_shop(
        "status",
        None,
        method="GET",
        path="V1/orders/[0-9]+$",
        status=403,
        body=page,
        content_type="text/html",
    )
    return placed


def test_a_shipment_in_doubt_asks_nobody_while_its_look_up_is_blocked(shop: Fulfilled) -> None:
    placed = blocked(shop)
    shop.run("shipments", after=SETTLED)
    assert shop.item(placed, "shipments", "shipment:").state is State.IN_DOUBT
    shop.stage.mend()
    shop.run("shipments", after=SETTLED)
    item = shop.item(placed, "shipments", "shipment:")
    assert (item.state, item.adopted) == (State.CONFIRMED, True)
    assert len(shop.documents(placed)["shipments"]) == 1


def test_bug_the_page_is_taken_for_the_store_s_word(shop: Fulfilled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "of_one_record", lambda answer: answer)
    with pytest.raises(AssertionError):
        test_a_shipment_in_doubt_asks_nobody_while_its_look_up_is_blocked(shop)


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_two_flows_in_doubt_about_one_order_do_not_wait_for_each_other(shop: Fulfilled, fault: str) -> None:
    """A review that a person retries goes back in doubt, where another flow may be in doubt by now."""
    placed = shipped(shop)
    made = shop.invoice(placed)
    shop.run()
    goods = shop.goods(placed)
    shop.credit(placed, {max(goods, key=lambda code: goods[code]): 1})
    shop.stage.break_shop(fault, method="POST", path="/refund$")
    shop.run("credits")
    credit = shop.item(placed, "credits", "credit:")
    assert credit.state is State.IN_DOUBT
    review = Verdict(credit.id, "h", code="totals-differ", text="0.90 missing")
    with database.transaction("test"):
        delivery.apply([review], shop.stage.now, lease=None)
    shop.pay(made)
    shop.stage.break_shop(fault, method="POST", path="/comments$")
    shop.run("payments")
    with database.transaction("test"):
        operators.retry(credit.id, actor="anna", now=shop.stage.now)
    both = (("credits", "credit:"), ("payments", "payment:"))
    assert {shop.item(placed, *each).state for each in both} == {State.IN_DOUBT}

    for _ in range(3):
        shop.run("payments", "credits", after=SETTLED)

    assert {shop.item(placed, *each).state for each in both} == {State.CONFIRMED}
    assert len(shop.documents(placed)["creditmemos"]) == 1
    assert shop.texts(placed).count(f"Sage invoice {made.number} is paid") == 1
