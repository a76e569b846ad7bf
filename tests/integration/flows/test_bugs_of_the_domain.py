"""Careless handling of payments, taxes, lines, customers and keys is found by the tests beside this one."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integration.flows import (
    test_closed_periods,
    test_held_for_payment,
    test_keys_of_customers,
    test_taking_orders,
)
from integration.flows.conftest import InMemory
from integration.flows.fulfilment import Fulfilled
from integration.flows.in_memory import MemoryStage
from integration.flows.stage import Stage
from tidegate.config.fulfilment import Fulfilment
from tidegate.domain.states import State
from tidegate.flows import next_period
from tidegate.flows.fulfilment import invoices
from tidegate.flows.orders import batch, customers, found_orders
from tidegate.flows.orders.customers import CustomerDesk
from tidegate.flows.payments import receipts


@pytest.fixture
def shop(build: Any) -> Fulfilled:
    """A shop whose invoices come with the payment."""
    stage: Stage = build()
    return Fulfilled(stage, fulfilment=Fulfilment(invoice_when="payment"))


stage = test_keys_of_customers.stage


def test_a_hold_for_payment_that_counts_as_final(shop: Fulfilled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        invoices,
        "held_for_payment",
        lambda step, number: replace(step, state=State.SKIPPED, reason=invoices.UNPAID),
    )
    with pytest.raises(AssertionError):
        test_held_for_payment.test_other_payments_release_nothing(shop)


# --- taxes and customers


def test_a_schedule_whose_total_is_not_compared_before_it_leaves(
    in_memory: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "beyond_tolerance", lambda *given: None)
    with pytest.raises(AssertionError):
        test_taking_orders.test_another_total_after_tax_is_a_review_with_both_calculations(
            in_memory, before=True
        )


def test_a_schedule_whose_total_is_not_compared_at_all(
    in_memory: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found_orders, "agrees", lambda *given: True)
    with pytest.raises(AssertionError):
        test_taking_orders.test_another_total_after_tax_is_a_review_with_both_calculations(
            in_memory, before=False
        )


def test_a_tolerance_of_a_schedule_that_is_the_rounding_lines(
    in_memory: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found_orders, "tolerance", lambda it: it.connection.settings.rounding.tolerance)
    with pytest.raises(AssertionError):
        test_taking_orders.test_the_tolerance_of_a_schedule_is_its_own(in_memory)


def test_customers_made_for_a_product_that_has_them_inside_the_order(
    in_memory: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    careful = CustomerDesk.__init__

    def careless(self: CustomerDesk, *given: Any) -> None:
        careful(self, *given)
        self.inside = False

    monkeypatch.setattr(CustomerDesk, "__init__", careless)
    with pytest.raises(AssertionError):
        test_taking_orders.test_customers_inside_the_order_are_neither_looked_up_nor_created_nor_waited_for(
            in_memory
        )


def test_one_account_for_every_currency(in_memory: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    careful = CustomerDesk.__init__

    def careless(self: CustomerDesk, *given: Any) -> None:
        careful(self, *given)
        self.by_currency = False

    monkeypatch.setattr(CustomerDesk, "__init__", careless)
    with pytest.raises(AssertionError):
        test_taking_orders.test_a_customer_has_an_account_for_each_currency_under_keys_of_their_own(in_memory)


# --- keys and periods


def test_a_key_that_is_made_anew_for_each_attempt(
    stage: MemoryStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = itertools.count()

    def anew(connection: Any, names: Any, *given: Any) -> dict[Any, str]:
        return {source: f"C{next(numbers):011}" for source in names}

    monkeypatch.setattr(customers, "register_customers", anew)
    with pytest.raises((AssertionError, KeyError)):
        test_keys_of_customers.test_an_account_is_made_once_under_the_products_own_key_and_found_by_it(stage)


def test_a_look_up_by_the_ledgers_own_name(stage: MemoryStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "keys_of", lambda cycle, items: {item.id: item.key for item in items})
    with pytest.raises(AssertionError):
        test_keys_of_customers.test_receipts_have_keys_of_their_own_rule(stage)


def test_a_period_that_is_looked_for_in_the_future(
    stage: MemoryStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        next_period, "moved", lambda day, refusals, today: day + timedelta(days=31 * refusals)
    )
    with pytest.raises(AssertionError):
        test_closed_periods.test_when_today_is_closed_too_a_person_decides(stage)


def test_a_rule_for_closed_periods_that_nobody_asks(
    stage: MemoryStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(next_period, "is_left", lambda *given: False)
    with pytest.raises(AssertionError):
        test_closed_periods.test_it_goes_with_the_first_date_that_the_company_takes(stage)
