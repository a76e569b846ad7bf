"""The flows `invoices`, `payments` and `credits`: each of the company's documents once, told truthfully."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest

from integration.flows.billing import STATUSES, shipped
from integration.flows.company import BANK
from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from tidegate.config.fulfilment import Fulfilment
from tidegate.domain.states import State
from tidegate.engine import reports
from tidegate.ledger import chain, queue
from tidegate_sandbox.magento.additions import Additions


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    return Fulfilled(stage)


def test_an_invoice_becomes_one_invoice_of_the_same_pieces(shop: Fulfilled) -> None:
    placed = shipped(shop)
    made = shop.invoice(placed)
    shop.run("invoices")
    (invoice,) = shop.documents(placed)["invoices"]
    assert invoice["comments"] == [f"Sage invoice {made.number}"]
    assert Decimal(str(invoice["grand_total"])) == shop.stage.total(placed)
    kinds = {link.kind: link for link in chain.of(shop.stage.delivery(placed).source_id or 0)}
    assert kinds["sage-invoice"].number == made.number
    assert kinds["magento-invoice"].number == invoice["increment_id"]
    assert shop.stage.shop_order(placed)["state"] == "complete"


def test_point_21_parts_are_invoiced_one_after_the_other(shop: Fulfilled) -> None:
    placed = shop.sent()
    goods = shop.goods(placed)
    first = max(goods, key=lambda code: goods[code])
    shop.despatch(placed, {first: 1})
    shop.invoice(placed)
    shop.run()
    shop.despatch(placed)
    shop.invoice(placed)
    shop.run()
    invoices = shop.documents(placed)["invoices"]
    assert len(invoices) == 2
    assert sum(Decimal(str(each["grand_total"])) for each in invoices) == shop.stage.total(placed)


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_point_18_an_invoice_is_looked_up_first(shop: Fulfilled, fault: str) -> None:
    placed = shipped(shop)
    shop.invoice(placed)
    shop.stage.break_shop(fault, method="POST", path="/invoice$")
    shop.run("invoices")
    assert shop.item(placed, "invoices", "invoice:").state is State.IN_DOUBT
    shop.run("invoices", after=SETTLED)
    assert shop.item(placed, "invoices", "invoice:").state is State.CONFIRMED
    assert len(shop.documents(placed)["invoices"]) == 1


@pytest.mark.parametrize("kind", ["configurable", "bundle"])
def test_point_20_the_invoice_takes_the_parent(shop: Fulfilled, kind: str) -> None:
    placed = shipped(shop, kind)
    shop.invoice(placed)
    shop.run("invoices")
    assert shop.item(placed, "invoices", "invoice:").state is State.CONFIRMED
    (invoice,) = shop.documents(placed)["invoices"]
    assert abs(Decimal(str(invoice["grand_total"])) - shop.stage.total(placed)) <= Decimal("0.02")


def test_an_invoice_waits_for_the_shipment_before_it(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.despatch(placed)
    shop.invoice(placed)
    shop.stage.break_shop("drop_after", method="POST", path="/ship$")
    shop.run("shipments", "invoices")
    assert shop.documents(placed)["invoices"] == []
    shop.run("shipments", "invoices", after=SETTLED)
    shop.run("invoices")
    assert len(shop.documents(placed)["invoices"]) == 1


def test_what_magento_invoiced_at_checkout_is_adopted(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.stage.shopper.pay(placed)
    shop.despatch(placed)
    shop.invoice(placed)
    shop.run()
    item = shop.item(placed, "invoices", "invoice:")
    assert (item.state, item.adopted) == (State.CONFIRMED, True), item.reason
    assert len(shop.documents(placed)["invoices"]) == 1


def test_open_and_paid_are_reported_by_status_and_comment(stage: Stage) -> None:
    shop = Fulfilled(stage, statuses=STATUSES)
    placed = shipped(shop)
    made = shop.invoice(placed)
    shop.run()
    stage.notes()
    assert stage.shop_order(placed)["status"] == "invoiced"
    shop.pay(made, Decimal("10.00"))
    shop.run()
    paid = f"Sage invoice {made.number}: 10.00 of {made.gross:.2f} USD paid"
    assert paid in shop.texts(placed)
    assert stage.shop_order(placed)["status"] == "invoiced"
    shop.pay(made, made.gross - 10)
    shop.run()
    stage.notes()
    assert f"Sage invoice {made.number} is paid" in shop.texts(placed)
    assert stage.shop_order(placed)["status"] == "paid"
    stage.listen()
    shop.run()
    stage.notes()
    assert stage.shop_calls("POST") == []


def test_a_payment_that_is_taken_back_is_a_review(shop: Fulfilled) -> None:
    placed = shipped(shop)
    made = shop.invoice(placed)
    shop.pay(made)
    shop.run()
    company = shop.stage.company
    company.reopen(made.number, Decimal(5))
    shop.run("payments")
    shop.run("payments")
    item = shop.item(placed, "payments", "reopened:")
    assert item.state is State.REVIEW
    assert "5.00" in item.reason


def test_point_1_a_payment_never_erases_the_status(shop: Fulfilled) -> None:
    placed = shipped(shop)
    made = shop.invoice(placed)
    shop.run()
    before = shop.stage.shop_order(placed)["status"]
    shop.pay(made)
    shop.stage.break_shop("drop_after", method="POST", path="/comments$")
    shop.run("payments")
    shop.run("payments", after=SETTLED)
    assert shop.stage.shop_order(placed)["status"] == before
    assert shop.texts(placed).count(f"Sage invoice {made.number} is paid") == 1


def test_point_21_the_magento_invoice_may_come_with_the_payment(stage: Stage) -> None:
    shop = Fulfilled(stage, fulfilment=Fulfilment(invoice_when="payment"))
    placed = shipped(shop)
    made = shop.invoice(placed)
    shop.run()
    assert shop.documents(placed)["invoices"] == []
    item = shop.item(placed, "invoices", "invoice:")
    assert (item.state, item.waits_for) == (State.HELD, f"payment:{made.number}")
    account = reports.status(stage.hub.configuration, stage.now)["connections"]["web"]["flows"]["invoices"]
    assert (account["account"]["held"], account["account"]["skipped"]) == (1, 0)
    assert [each.waits_for for each in queue.listing(flow="invoices", state=State.HELD)] == [item.waits_for]
    stage.notes()
    assert queue.oldest_waiting("web") is None, "weeks until a payment comes are nobody's delay"
    shop.pay(made)
    shop.run()
    shop.run()
    assert len(shop.documents(placed)["invoices"]) == 1
    assert shop.item(placed, "invoices", "invoice:").state is State.CONFIRMED


def test_a_payment_known_before_its_invoice_lets_it_go_at_once(stage: Stage) -> None:
    shop = Fulfilled(stage, fulfilment=Fulfilment(invoice_when="payment"))
    placed = shipped(shop)
    shop.pay(shop.invoice(placed))
    shop.run("payments", "invoices", "payments")
    assert len(shop.documents(placed)["invoices"]) == 1


@pytest.mark.parametrize("fault", ["", "drop_after", "drop_before"])
def test_a_prepaid_order_has_its_receipt_once_and_set_against_its_invoice(build: Build, fault: str) -> None:
    shop = prepaid(build)
    stage = shop.stage
    if fault:
        stage.break_sage(fault, on="post receipt")
    placed = shop.sent()
    shop.run("payments")
    shop.run("payments", after=SETTLED)
    deposit = shop.item(placed, "payments", "deposit")
    assert deposit.state is State.CONFIRMED, deposit.reason
    if fault:
        stage.mend()
        stage.break_sage(fault, on="allocate")
    shop.despatch(placed)
    made = shop.invoice(placed)
    for _ in range(3):
        shop.run(after=SETTLED)
    receivables = stage.company.entries
    receipts = [one for one in receivables if one.kind == "receipt"]
    assert [one.gross for one in receipts] == [stage.total(placed)]
    (entry,) = [one for one in receivables if one.reference == made.number]
    assert entry.outstanding == 0
    assert f"Sage invoice {made.number} is paid" in shop.texts(placed)
    assert set(shop.steps(placed, "payments").values()) == {State.CONFIRMED}


def prepaid(build: Build) -> Fulfilled:
    from tidegate.config import model

    stage = build()
    return Fulfilled(stage, payments={"*": model.Payment(account=BANK, prepaid=True)})


def test_one_invoice_over_two_orders_becomes_one_of_each(shop: Fulfilled) -> None:
    placed = [shop.sent(), shop.sent()]
    for each in placed:
        shop.despatch(each)
    numbers = [shop.order(each).number for each in placed]
    (made,) = shop.stage.company.invoice_run(numbers, consolidate=True)
    shop.run()
    for each in placed:
        (invoice,) = shop.documents(each)["invoices"]
        assert Decimal(str(invoice["grand_total"])) == shop.stage.total(each)
    shop.pay(made)
    shop.run()
    for each in placed:
        assert f"Sage invoice {made.number} is paid" in shop.texts(each)


def test_an_order_that_is_not_prepaid_has_no_receipt(shop: Fulfilled) -> None:
    placed = shop.sent()
    shop.run("payments")
    assert shop.steps(placed, "payments") == {}


@pytest.mark.parametrize("first", ["payments", "invoices"])
@pytest.mark.parametrize("rule", ["invoice", "payment"])
def test_one_payment_of_two_orders_is_reported_to_both_whatever_is_read_first(
    stage: Stage, first: str, rule: Literal["invoice", "payment"]
) -> None:
    shop = Fulfilled(stage, fulfilment=Fulfilment(invoice_when=rule))
    placed = [shop.sent(), shop.sent()]
    for each in placed:
        shop.despatch(each)
    shop.run("shipments")
    (made,) = stage.company.invoice_run([shop.order(each).number for each in placed], consolidate=True)
    shop.pay(made)
    second = "invoices" if first == "payments" else "payments"
    shop.run(first, second, "payments", "invoices", "payments")
    for each in placed:
        assert shop.texts(each).count(f"Sage invoice {made.number} is paid") == 1
        assert len(shop.documents(each)["invoices"]) == 1
        assert set(shop.steps(each, "payments").values()) == {State.CONFIRMED}


def test_a_part_payment_known_before_its_invoice_is_reported_to_every_order(shop: Fulfilled) -> None:
    placed = [shipped(shop), shipped(shop)]
    (made,) = shop.stage.company.invoice_run([shop.order(each).number for each in placed], consolidate=True)
    shop.pay(made, Decimal("10.00"))
    shop.run("payments", "invoices", "payments")
    paid = f"Sage invoice {made.number}: 10.00 of {made.gross:.2f} USD paid"
    for each in placed:
        assert shop.texts(each).count(paid) == 1


@pytest.mark.parametrize("first", ["payments", "invoices"])
def test_the_receipts_of_two_prepaid_orders_are_set_against_their_one_invoice(
    build: Build, first: str
) -> None:
    shop = prepaid(build)
    placed = [shop.sent(), shop.sent()]
    shop.run("payments")
    for each in placed:
        shop.despatch(each)
    shop.run("shipments")
    company = shop.stage.company
    (made,) = company.invoice_run([shop.order(each).number for each in placed], consolidate=True)
    shop.run(first)
    shop.run("invoices")
    for _ in range(4):
        shop.run("payments", after=SETTLED)
    receivables = company.entries
    (entry,) = [one for one in receivables if one.reference == made.number]
    assert entry.outstanding == 0
    assert [one.outstanding for one in receivables if one.kind == "receipt"] == [0, 0]
    for each in placed:
        assert shop.texts(each).count(f"Sage invoice {made.number} is paid") == 1
        assert set(shop.steps(each, "payments").values()) == {State.CONFIRMED}


def test_the_receipt_of_a_prepaid_order_is_what_its_gift_card_has_left(build: Build) -> None:
    """The order stands in Sage at its full value; the payment method has paid the store's grand total."""
    shop = prepaid(build)
    stage = shop.stage
    placed = stage.order("guest", additions=Additions(commerce={"gift_cards_amount": Decimal(5)}))
    stage.cycle()
    assert Decimal(stage.only(placed)["gross"]) == stage.total(placed) + 5
    shop.run("payments")
    shop.run("payments", after=SETTLED)
    receipts = stage.company.receipts
    assert [one.gross for one in receipts] == [stage.total(placed)]
