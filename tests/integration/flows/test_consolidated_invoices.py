"""What the company's consolidated invoices say of whom they bill, over both simulated systems."""

from __future__ import annotations

from decimal import Decimal

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import Stage
from tidegate.ledger import books
from tidegate_sandbox.erp.new_order import NewLine, NewOrder


def test_an_invoice_that_bills_a_sale_without_our_key_says_so(stage: Stage) -> None:
    shop = Fulfilled(stage)
    company = stage.company
    alone, along = shop.sent(), shop.sent()
    for each in (alone, along):
        shop.despatch(each)
    shop.invoice(alone)
    home = company.warehouse("HOME").id
    with company.staff():
        line = NewLine(kind="item", code="HUB-0005", warehouse_id=home, quantity=Decimal(1))
        counter = company.orders.enter(NewOrder(customer_id=company.customer("WEB").id, lines=[line]))
        company.orders.allocate_waiting()
    company.despatch(counter.number)
    (made,) = company.invoice_run([shop.order(along).number, counter.number], consolidate=True)
    shop.run("invoices")
    found = {each.number: each.bills_others for each in books.invoices("web")}
    assert found.pop(str(made.number)) is True
    assert list(found.values()) == [False]
