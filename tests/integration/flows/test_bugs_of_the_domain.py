"""Careless handling of payments, taxes, lines, customers and keys is found by the tests beside this one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integration.flows import test_held_for_payment
from integration.flows.fulfilment import Fulfilled
from tidegate.domain.states import State
from tidegate.flows.fulfilment import invoices

shop = test_held_for_payment.shop


def test_a_hold_for_payment_that_counts_as_final(shop: Fulfilled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        invoices,
        "held_for_payment",
        lambda step, number: replace(step, state=State.SKIPPED, reason=invoices.UNPAID),
    )
    with pytest.raises(AssertionError):
        test_held_for_payment.test_other_payments_release_nothing(shop)
