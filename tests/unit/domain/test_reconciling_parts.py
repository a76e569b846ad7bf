"""Invoices of an order that was sent in part: compared with what was sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tidegate.domain.books.agreement import Figures, KeptLine, Kind
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from unit.domain.test_reconciliation import KEPT, KEY, SALE, SHOWN, invoice, report

D = Decimal

# one of two pieces was cancelled in the shop before the order was sent
PART = replace(
    KEPT,
    lines={"item:1": KeptLine(D(1), D("20.00"), D("4.00"), "1", "4000")},
    sent=Figures(D("20.00"), D("5.00"), D("5.00"), D("30.00")),
)


def invoice_of_the_part(**changes: object) -> SalesInvoice:
    line = InvoiceLine("1", "item:1", "HUB-1", D(1), D("20.00"), D("4.00"))
    return invoice(**{"lines": (line,), "net": D("25.00"), "tax": D("5.00"), "gross": D("30.00"), **changes})


def of_the_part(*invoices: SalesInvoice) -> list[tuple[Kind, str]]:
    shown_now = replace(SHOWN, taken=Figures(D("20.00"), D(0), D("4.00"), D("24.00")))
    kept = replace(PART, taken=shown_now.taken)
    sale = replace(SALE, gross=D("30.00"))
    found = report(store={KEY: shown_now}, kept={KEY: kept}, company={KEY: [sale]}, invoices=list(invoices))
    return [(each.kind, each.figure) for each in found.differences]


def test_an_order_sent_in_part_is_invoiced_in_full_with_what_was_sent() -> None:
    assert of_the_part(invoice_of_the_part()) == []


def test_planted_in_the_invoice_of_an_order_sent_in_part() -> None:
    """Compared with the ordered pieces it was never invoiced in full, and nobody looked."""
    dearer = invoice_of_the_part(net=D("26.00"), gross=D("31.00"))
    assert (Kind.INVOICED, "total") in of_the_part(dearer)
    twice = of_the_part(invoice_of_the_part(), invoice_of_the_part(id="10", number="I10"))
    assert (Kind.INVOICED, "total") in twice
