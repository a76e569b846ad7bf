"""Where Sage cannot be asked for an order, what it said of it before is all that is known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tidegate.domain.books.agreement import Kind
from unit.domain.test_reconciliation import KEPT, KEY, SALE, SHOWN, report

D = Decimal


def test_an_order_that_was_cancelled_in_sage_before_it_was_confirmed_is_named() -> None:
    cancelled = {KEY: replace(KEPT, cancelled_as="S42")}
    (one,) = report(company=None, kept=cancelled).differences
    assert (one.kind, one.magento, one.gap) == (Kind.CANCELLED_IN_SAGE, D("54.00"), D(0))
    assert "S42" in one.text
    for over in (replace(SHOWN, cancelled=True), replace(SHOWN, closed=True)):
        assert report(company=None, kept=cancelled, store={KEY: over}).differences == ()
    assert (
        report(company={KEY: [SALE]}, kept=cancelled).differences == ()
    )  # asked since: somebody has revived it
