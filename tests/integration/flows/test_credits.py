"""Credit notes become credit memos, each once; allowances by the rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.flows.billing import shipped
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from tidegate.config.fulfilment import Fulfilment
from tidegate.conformance.memory.troubles import WRITES
from tidegate.domain.fulfilment.invoicing import charges
from tidegate.domain.money import total
from tidegate.domain.states import State
from tidegate.engine import interventions
from tidegate_sandbox.magento import creditmemo


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    return Fulfilled(stage)


def test_a_credit_waits_for_an_invoice_that_waits_for_its_payment(stage: Stage) -> None:
    shop = Fulfilled(stage, fulfilment=Fulfilment(invoice_when="payment"))
    placed = shipped(shop)
    made = shop.invoice(placed)
    shop.run()
    goods = shop.goods(placed)
    shop.credit(placed, {max(goods, key=lambda code: goods[code]): 1})
    shop.run()
    item = shop.item(placed, "credits", "credit:")
    assert (item.state, item.reason_code) == (State.HELD, "parent-pending")
    shop.pay(made)
    shop.run()
    shop.run()
    assert shop.item(placed, "credits", "credit:").state is State.CONFIRMED
    assert len(shop.documents(placed)["creditmemos"]) == 1


@pytest.mark.parametrize("fault", ["", "drop_after", "drop_before"])
def test_point_18_a_credit_note_becomes_one_credit_memo(shop: Fulfilled, fault: str) -> None:
    placed = shipped(shop)
    shop.invoice(placed)
    shop.run()
    goods = shop.goods(placed)
    first = max(goods, key=lambda code: goods[code])
    credited = shop.credit(placed, {first: 1})
    if fault:
        shop.stage.break_shop(fault, method="POST", path="/refund$")
    shop.run("credits")
    shop.run("credits", after=SETTLED)
    (memo,) = shop.documents(placed)["creditmemos"]
    assert memo["comments"] == [f"Sage credit note {credited.number}"]
    assert [item["qty"] for item in memo["items"] if item["qty"] != "0"] == ["1"]
    assert shop.item(placed, "credits", "credit:").state is State.CONFIRMED


@pytest.mark.parametrize(
    ("rule", "returned", "back"), [("sage", True, 1), ("sage", False, 0), ("never", True, 0)]
)
def test_credited_goods_come_back_into_stock_by_the_rule(
    stage: Stage, rule: str, returned: bool, back: int
) -> None:
    shop = Fulfilled(stage, fulfilment=Fulfilment(returns=rule))  # type: ignore[arg-type]
    placed = shipped(shop)
    shop.invoice(placed)
    shop.run()
    goods = shop.goods(placed)
    first = max(goods, key=lambda code: goods[code])

    def lying() -> Decimal:
        return sum((item.quantity for item in stage.shop.stock.items(first)), Decimal(0))

    before = lying()
    shop.credit(placed, {first: 1}, returned=returned)
    shop.run("credits")
    assert shop.item(placed, "credits", "credit:").state is State.CONFIRMED
    assert lying() - before == back


def test_a_full_credit_closes_the_order_without_an_echo(shop: Fulfilled) -> None:
    placed = shipped(shop)
    shop.invoice(placed)
    shop.run()
    credited = shop.credit(placed)
    shop.run()
    (memo,) = shop.documents(placed)["creditmemos"]
    assert Decimal(str(memo["grand_total"])) == credited.gross == shop.stage.total(placed)
    assert shop.stage.shop_order(placed)["state"] == "closed"
    shop.stage.listen()
    shop.stage.cycle()
    assert shop.stage.sage_calls(*WRITES) == []
    assert set(shop.steps(placed, "orders")) == {"order"}


@pytest.mark.parametrize("together", [False, True])
def test_point_20_a_credited_bundle_is_named_by_its_parts(shop: Fulfilled, together: bool) -> None:
    if together:
        shop.stage.shop.stock.ship_together("KIT-1", "wh_detroit")
    placed = shipped(shop, "bundle")
    shop.invoice(placed)
    shop.run("invoices")
    shop.credit(placed)
    shop.run("credits")
    item = shop.item(placed, "credits", "credit:")
    assert item.state is State.CONFIRMED, item.reason
    (memo,) = shop.documents(placed)["creditmemos"]
    assert abs(Decimal(str(memo["grand_total"])) - shop.stage.total(placed)) <= Decimal("0.02")
    assert shop.stage.shop_order(placed)["state"] == "closed"


def allowed(shop: Fulfilled, net: str) -> tuple[int, Any]:
    """An invoiced order, and the company's credit note without pieces."""
    placed = shipped(shop)
    shop.invoice(placed)
    shop.run("invoices")
    note = shop.stage.company.allow(shop.order(placed), Decimal(net))
    return placed, note


@pytest.mark.parametrize("fault", ["", "drop_after", "drop_before"])
def test_an_allowance_becomes_an_adjustment_once_by_the_rule(stage: Stage, fault: str) -> None:
    shop = Fulfilled(stage, fulfilment=Fulfilment(allowances="adjustment"))
    placed, note = allowed(shop, "1.50")
    if fault:
        stage.break_shop(fault, method="POST", path="/refund$")
    shop.run("credits")
    shop.run("credits", after=SETTLED)
    shop.run("credits", after=SETTLED)
    assert shop.item(placed, "credits", "credit:").state is State.CONFIRMED
    (memo,) = shop.documents(placed)["creditmemos"]
    assert memo["comments"] == [f"Sage credit note {note.number}"]
    assert Decimal(str(memo["grand_total"])) == note.gross
    assert [item["qty"] for item in memo["items"] if item["qty"] != "0"] == []
    second = stage.company.allow(shop.order(placed), Decimal("0.75"))
    shop.run("credits")
    assert [Decimal(str(each["grand_total"])) for each in shop.documents(placed)["creditmemos"]] == [
        note.gross,
        second.gross,
    ]


def test_an_allowance_is_a_review_without_the_rule(shop: Fulfilled) -> None:
    placed, note = allowed(shop, "1.50")
    shop.run("credits")
    item = shop.item(placed, "credits", "credit:")
    assert item.state is State.REVIEW
    assert note.number in item.reason
    assert shop.documents(placed)["creditmemos"] == []


def test_a_refund_made_by_hand_before_the_credit_note_is_not_made_twice(shop: Fulfilled) -> None:
    placed = shipped(shop)
    shop.invoice(placed)
    shop.run()
    order = shop.stage.shop.order(placed)
    line = order.items[0]
    assert line["qty_ordered"] > 1  # something is left to refund: only a person can tell
    creditmemo.refund(shop.stage.shop, order, {line["item_id"]: Decimal(1)})
    (by_hand,) = shop.stage.shop.creditmemos.of(placed)
    first = shop.credit(placed, {line["sku"]: 1})
    shop.run("credits")
    item = shop.item(placed, "credits", "credit:")
    assert item.state is State.REVIEW
    assert first.number in item.reason
    assert by_hand["increment_id"] in item.reason
    assert len(shop.documents(placed)["creditmemos"]) == 1
    interventions.link(item, by_hand["increment_id"], actor="anna", now=shop.stage.now)
    assert shop.item(placed, "credits", "credit:").state is State.CONFIRMED


def test_an_allowance_that_magento_refuses_is_a_review_in_its_words(stage: Stage) -> None:
    shop = Fulfilled(stage, fulfilment=Fulfilment(allowances="adjustment"))
    placed = shipped(shop, "free_shipping")
    shop.invoice(placed)
    shop.run("invoices")
    stage.company.allow(shop.order(placed), Decimal("1.50"))
    shop.run("credits")
    item = shop.item(placed, "credits", "credit:")
    assert item.state is State.REVIEW
    assert "without products" in item.reason


def test_point_02_lines_of_invoices_and_credit_memos_are_before_discount_and_compared_by_pieces(
    shop: Fulfilled,
) -> None:
    placed = shop.sent("coupon", lines=(("HUB-0001", 4), ("HUB-0002", 3)))
    shop.stage.shopper.pay(placed)
    shop.despatch(placed)
    made = shop.invoice(placed)
    shop.run()
    item = shop.item(placed, "invoices", "invoice:")
    assert (item.state, item.adopted) == (State.CONFIRMED, True), item.reason
    credited = shop.credit(placed)
    shop.run("credits")
    (invoice,) = shop.stage.shop.invoices.of(placed)
    (memo,) = shop.stage.shop.creditmemos.of(placed)
    order = shop.stage.shop.order(placed)
    discount = total(each["discount_amount"] for each in order.items)
    assert discount > 0
    for document, ours in ((invoice, made), (memo, credited)):
        assert total(each["row_total"] for each in document["items"]) == order.row["subtotal"]
        goods = ours.net - charges(ours.lines)
        assert goods == order.row["subtotal"] - discount  # what a comparison by amounts would have missed
        assert document["grand_total"] == ours.gross
