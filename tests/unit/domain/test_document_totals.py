"""What is another total, and what is rounding, carriage or a gift card."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from tidegate.domain.fulfilment.document_totals import invoice_differs
from tidegate.domain.fulfilment.sage_documents import InvoiceLine
from tidegate.domain.fulfilment.store_document import StoreDocument

GOODS = InvoiceLine("1", "item:5", "HUB-0001", D(1), D(10), D(2))
CARRIAGE = InvoiceLine("2", "", "", D(1), D(5), D(1))


@pytest.mark.parametrize(
    ("ours", "theirs", "finished", "differs"),
    [
        ("18", "18", True, False),
        ("18", "17.99", True, True),  # to the cent where nothing follows
        ("18", "17.99", False, False),
        ("18", "12", False, False),  # Magento put the carriage on another one
        ("18", "11", False, True),
    ],
)
def test_an_invoice_is_compared(ours: str, theirs: str, finished: bool, differs: bool) -> None:
    carriage = D(6) if D(theirs) > D(12) else D(0)
    document = StoreDocument(
        1, "000000001", {5: D(1)}, totals=(D(theirs), D(theirs)), carriage=(carriage, carriage)
    )
    found = invoice_differs(
        "0001",
        (GOODS, CARRIAGE),
        D(ours),
        [document],
        0,
        every_ours=None,
        every_theirs=None,
        finished=finished,
        carriage=D(6),
        limit=D("0.05"),
    )
    assert (found is not None) is differs
    assert found is None or {ours, theirs} <= {text.removesuffix(".00") for text in found.details.values()}
