"""What the company's consolidated invoices say of whom they bill."""

from __future__ import annotations

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import Stage
from tidegate.ledger import books


def test_an_invoice_that_bills_a_sale_without_our_key_says_so(stage: Stage) -> None:
    shop = Fulfilled(stage)
    company = stage.company
    alone, along = shop.sent(), shop.sent()
    for each in (alone, along):
        shop.despatch(each)
    shop.invoice(alone)
    counter = company.enters("", account="WEB")
    company.despatch(counter)
    (made,) = company.invoice_run([shop.order(along).number, counter], consolidate=True)
    shop.run("invoices")
    found = {each.number: each.bills_others for each in books.invoices("web")}
    assert found.pop(str(made.number)) is True
    assert list(found.values()) == [False]
