"""Fixed product tax, gift cards and fees on Magento's invoices and credit memos: exact, or refused by name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.fulfilment import DETROIT, Fulfilled
from tidegate.config.amounts import Amount, Amounts
from tidegate.domain.states import State
from tidegate_sandbox.magento import invoice
from tidegate_sandbox.magento.additions import Additions
from tidegate_sandbox.magento.figure import figure

D = Decimal
MORE = Additions(
    fixed_product_tax=D("1.50"),
    commerce={"gift_cards_amount": D(5)},
    custom_fees=(("eco", "Packing", D("2.25")),),
)
AMOUNTS = Amounts(
    fixed_product_tax=Amount(account="4000"),
    gift_card=Amount(account="1200"),
    custom_fees={"*": Amount(account="4000")},
)
ORDER: dict[str, Any] = {"lines": (("HUB-0001", 2),), "shipping": D("4.00")}


@pytest.fixture
def shop(build: Build) -> Fulfilled:
    return Fulfilled(build(), stock=DETROIT, amounts=AMOUNTS)


def step(shop: Fulfilled, placed: int, flow: str, prefix: str) -> tuple[State, str]:
    item = shop.item(placed, flow, prefix)
    return item.state, item.reason


def test_two_invoices_and_a_credit_of_one_piece_come_to_what_sage_has(shop: Fulfilled) -> None:
    placed = shop.sent(additions=MORE, **ORDER)
    for _ in range(2):
        shop.despatch(placed, {"HUB-0001": 1})
        shop.run("shipments")
        shop.invoice(placed)
        shop.run("invoices")
        assert step(shop, placed, "invoices", "invoice:") == (State.CONFIRMED, "")
    there = sum(D(str(each["grand_total"])) for each in shop.documents(placed)["invoices"])
    assert there + 5 == D(str(shop.order(placed).gross))
    order = shop.order(placed)
    tax = next(line.id for line in order.lines if line.net == D("3.00") and not line.is_stocked)
    goods = next(line.id for line in order.lines if line.is_stocked)
    note = shop.stage.company.credit(order, {goods: D(1), tax: D("0.5")}, returned=False)
    shop.run("credits")
    assert step(shop, placed, "credits", "credit:") == (State.CONFIRMED, "")
    (memo,) = shop.documents(placed)["creditmemos"]
    assert D(str(memo["grand_total"])) + D(memo["paid"]) == note.gross  # the card gets its five back


def test_a_total_that_is_off_by_the_gift_card_is_another_total(shop: Fulfilled) -> None:
    placed = shop.sent(additions=MORE, **ORDER)
    shop.despatch(placed)
    shop.run("shipments")
    made = shop.invoice(placed)
    shop.stage.company.correct(made, D(-5))
    shop.run("invoices")
    item = shop.item(placed, "invoices", "invoice:")
    assert (item.state, item.reason_code) == (State.REVIEW, "totals-differ")


def test_a_fee_that_is_on_the_invoice_only_is_refused_by_its_own_name(shop: Fulfilled) -> None:
    placed = shop.sent(additions=MORE, **ORDER)
    shop.despatch(placed)
    shop.run("shipments")
    by_hand = invoice.invoice(shop.stage.shop, shop.stage.shop.order(placed))
    for side in ("base_", ""):
        by_hand[f"{side}surcharge"] = figure(D("3.10"))
        by_hand[f"{side}grand_total"] = figure(D(str(by_hand[f"{side}grand_total"])) + D("3.10"))
    shop.invoice(placed)
    shop.run("invoices")
    item = shop.item(placed, "invoices", "invoice:")
    assert (item.state, item.reason_code) == (State.HELD, "unmapped-amount")
    assert "surcharge 3.10" in item.reason
    assert "amounts.fields.surcharge" in item.reason
