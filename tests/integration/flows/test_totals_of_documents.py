"""Credit memos and invoices of Magento come to what Sage's are, or a person is told both figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from tidegate.config.fulfilment import Fulfilment
from tidegate.config.stock import Stock
from tidegate.domain.orders.sales_order import LineKind
from tidegate.domain.states import State
from tidegate.flows.fulfilment.carriage_rule import carriage_rule
from tidegate_sandbox.magento import creditmemo

ORDER: dict[str, Any] = {"lines": (("HUB-0001", 2),), "shipping": Decimal("12.00")}


@pytest.fixture
def stage(build: Build) -> Stage:
    """With tax on goods and on carriage."""
    return build("uk")


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    return Fulfilled(stage, stock=Stock(warehouses={"HOME": "wh_london"}))


def invoiced(shop: Fulfilled, **order: Any) -> int:
    placed = shop.sent("gbp", **(ORDER | order))
    shop.despatch(placed)
    shop.run("shipments")
    shop.invoice(placed)
    shop.run("invoices")
    assert shop.item(placed, "invoices", "invoice:").state is State.CONFIRMED
    return placed


def totals(shop: Fulfilled, placed: int, kind: str = "creditmemos") -> list[Decimal]:
    return [Decimal(str(each["grand_total"])) for each in shop.documents(placed)[kind]]


def credit_part(shop: Fulfilled, placed: int, carriage: str) -> Any:
    """Sage's credit note of one piece, and of so many parts of the carriage."""
    order = shop.order(placed)
    chosen = {
        line.id: Decimal(carriage) if line.line.kind is LineKind.CHARGE else Decimal(1)
        for line in order.lines
        if line.invoiced > 0
    }
    return shop.stage.company.credit(order, chosen, returned=False)


@pytest.mark.parametrize("display", [1, 2, 3])
@pytest.mark.parametrize("fault", ["", "drop_after"])
def test_point_35_all_carriage_is_credited_alike_however_the_shop_shows_it(
    shop: Fulfilled, display: int, fault: str
) -> None:
    shop.stage.shop.configure(sales_shipping_display=display)
    placed = invoiced(shop)
    note = shop.credit(placed)
    if fault:
        shop.stage.break_shop(fault, method="POST", path="/refund$")
    shop.run("credits")
    shop.run("credits", after=SETTLED)
    assert shop.item(placed, "credits", "credit:").state is State.CONFIRMED
    assert totals(shop, placed) == [note.gross]
    assert shop.stage.shop_order(placed)["state"] == "closed"


def test_point_35_a_part_of_the_carriage_is_right_or_reported_and_teaches_the_rule(shop: Fulfilled) -> None:
    shop.stage.shop.configure(sales_shipping_display=2)
    placed = invoiced(shop)
    note = credit_part(shop, placed, "0.5")
    shop.run("credits")
    item = shop.item(placed, "credits", "credit:")
    assert (item.state, item.reason_code) == (State.REVIEW, "totals-differ")
    (made,) = totals(shop, placed)
    assert made != note.gross
    assert str(made) in item.reason
    assert str(note.gross) in item.reason
    assert carriage_rule(shop.stage.connection) == "with-tax"
    other = invoiced(shop)
    note = credit_part(shop, other, "0.5")
    shop.run("credits")
    assert shop.item(other, "credits", "credit:").state is State.CONFIRMED
    assert totals(shop, other) == [note.gross]


@pytest.mark.parametrize(("display", "rule"), [(1, "without-tax"), (2, "with-tax")])
def test_point_35_a_part_of_the_carriage_by_configuration(stage: Stage, display: int, rule: Any) -> None:
    shop = Fulfilled(
        stage,
        stock=Stock(warehouses={"HOME": "wh_london"}),
        fulfilment=Fulfilment(carriage_on_credits=rule),
    )
    stage.shop.configure(sales_shipping_display=display)
    placed = invoiced(shop)
    note = credit_part(shop, placed, "0.5")
    shop.run("credits")
    assert shop.item(placed, "credits", "credit:").state is State.CONFIRMED
    assert totals(shop, placed) == [note.gross]


def test_a_credit_of_other_amounts_is_a_review_before_anything_is_written(shop: Fulfilled) -> None:
    placed = invoiced(shop)
    note = shop.credit(placed)
    note = shop.stage.company.correct(note, Decimal(-1), net=note.lines[0].net)
    shop.run("credits")
    item = shop.item(placed, "credits", "credit:")
    assert (item.state, item.reason_code) == (State.REVIEW, "totals-differ")
    assert str(note.gross) in item.reason
    assert str(note.gross + 1) in item.reason
    assert totals(shop, placed) == []


def test_other_amounts_are_adjusted_by_the_rule(stage: Stage) -> None:
    shop = Fulfilled(
        stage,
        stock=Stock(warehouses={"HOME": "wh_london"}),
        fulfilment=Fulfilment(allowances="adjustment"),
    )
    placed = invoiced(shop)
    note = shop.credit(placed)
    note = shop.stage.company.correct(note, Decimal(-1), net=note.lines[0].net)
    shop.run("credits")
    assert shop.item(placed, "credits", "credit:").state is State.CONFIRMED
    assert totals(shop, placed) == [note.gross]


def test_a_memo_made_by_hand_over_another_total_is_not_taken_for_sages(shop: Fulfilled) -> None:
    placed = invoiced(shop)
    order = shop.stage.shop.order(placed)
    creditmemo.refund(shop.stage.shop, order, None, creditmemo.Arguments(shipping=Decimal(0)))
    note = shop.credit(placed)
    shop.run("credits")
    item = shop.item(placed, "credits", "credit:")
    assert (item.state, item.reason_code) == (State.REVIEW, "totals-differ")
    assert str(note.gross) in item.reason


def test_an_invoice_of_another_total_is_a_review_with_both_figures(shop: Fulfilled) -> None:
    placed = shop.sent("gbp", **ORDER)
    shop.despatch(placed)
    shop.run("shipments")
    made = shop.invoice(placed)
    made = shop.stage.company.correct(made, Decimal(2))
    shop.run("invoices")
    item = shop.item(placed, "invoices", "invoice:")
    assert (item.state, item.reason_code) == (State.REVIEW, "totals-differ")
    (there,) = totals(shop, placed, "invoices")
    assert str(there) in item.reason
    assert str(made.gross) in item.reason


def test_invoices_of_parts_come_to_the_order_together(shop: Fulfilled) -> None:
    placed = shop.sent("gbp", lines=(("HUB-0001", 3), ("HUB-0002", 2)), shipping=Decimal("12.00"))
    gross = []
    for _ in range(2):
        shop.despatch(placed, {"HUB-0001": 1})
        shop.run("shipments")
        gross.append(shop.invoice(placed).gross)
        shop.run("invoices")
    shop.despatch(placed)
    shop.run("shipments")
    gross.append(shop.invoice(placed).gross)
    shop.run("invoices")
    assert set(shop.steps(placed, "invoices").values()) == {State.CONFIRMED}
    assert sum(totals(shop, placed, "invoices")) == sum(gross) == shop.stage.total(placed)
