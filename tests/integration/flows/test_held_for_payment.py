"""What waits for a payment is held, whatever an earlier version called it."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from integration.flows.billing import shipped
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import Stage
from tidegate.config.fulfilment import Fulfilment
from tidegate.domain.states import State
from tidegate.ledger import models

migration = import_module("tidegate.ledger.migrations.0010_held_for_payment")


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    return Fulfilled(stage, fulfilment=Fulfilment(invoice_when="payment"))


def test_a_ledger_that_skipped_them_has_them_held_and_released_by_the_payment(shop: Fulfilled) -> None:
    placed, other = shipped(shop), shipped(shop)
    made, by_hand = shop.invoice(placed), shop.invoice(other)
    shop.run()
    rows = models.Delivery.objects.filter(flow="invoices", state="held")
    assert rows.count() == 2
    rows.update(state="skipped", waits_for="", reason_code="", reason=migration.SENTENCE)
    models.Delivery.objects.filter(pk=shop.item(other, "invoices", "invoice:").id).update(
        reason_code="operator", reason="made by hand"
    )
    migration.hold(apps, None)
    item = shop.item(placed, "invoices", "invoice:")
    assert (item.state, item.waits_for) == (State.HELD, f"payment:{made.number}")
    shop.pay(made)
    shop.pay(by_hand)
    shop.run()
    shop.run()
    assert shop.item(placed, "invoices", "invoice:").state is State.CONFIRMED
    assert shop.item(other, "invoices", "invoice:").state is State.SKIPPED, "what a person skipped stays so"


def test_the_rule_that_held_them_may_be_changed(shop: Fulfilled) -> None:
    placed = shipped(shop)
    shop.invoice(placed)
    shop.run()
    assert shop.item(placed, "invoices", "invoice:").state is State.HELD
    Fulfilled(shop.stage, fulfilment=Fulfilment(invoice_when="invoice"))
    shop.run()
    assert shop.item(placed, "invoices", "invoice:").state is State.CONFIRMED


def test_other_payments_release_nothing(shop: Fulfilled) -> None:
    placed, other = shipped(shop), shipped(shop)
    shop.invoice(placed)
    paid = shop.invoice(other)
    shop.pay(paid)
    shop.run()
    shop.run()
    assert shop.item(placed, "invoices", "invoice:").state is State.HELD
    assert shop.item(other, "invoices", "invoice:").state is State.CONFIRMED
