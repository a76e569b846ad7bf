"""What was invoiced of an order, where Sage does not tell a line's amount."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

from tidegate.domain.books.agreement import KeptLine
from tidegate.domain.books.invoiced import sums
from tidegate.domain.fulfilment.sage_documents import InvoiceLine
from unit.domain.test_reconciliation import KEPT, invoice


def test_a_third_of_a_line_that_sage_states_no_amount_of() -> None:
    silent = (InvoiceLine("1", "item:1", "", D(1)), InvoiceLine("2", "item:1", "", D("0.5"), D("10.00")))
    lines = {"item:1": KeptLine(D(3), D("40.00"), D("8.00"), "1", "4000")}
    assert sums([invoice(lines=silent)], replace(KEPT, lines=lines)).goods == D("23.33")
