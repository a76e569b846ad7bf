"""A prepaid order that is invoiced before the hub knows that it has arrived: its receipt is set against that invoice."""

from __future__ import annotations

import pytest

from integration.flows.company import BANK
from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED
from tidegate.config import model
from tidegate.domain.states import State
from tidegate.flows.payments import deposits


@pytest.fixture
def shop(build: Build) -> Fulfilled:
    stage = build()
    return Fulfilled(stage, payments={"*": model.Payment(account=BANK, prepaid=True)})


def confirmed(shop: Fulfilled) -> list[str]:
    """Its allocations, at the moment when it is found and confirmed."""
    stage = shop.stage
    placed = stage.order("guest")
    stage.break_sage("drop_after", on="send")
    stage.cycle()
    assert stage.state(placed) is State.IN_DOUBT
    (there,) = stage.company.orders
    stage.company.despatch(there.number)
    stage.company.invoice_run()
    shop.run("invoices", "payments")
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED
    return [name for name in stage.steps(placed) if name.startswith("allocation:")]


def test_the_receipt_is_set_against_the_invoice(shop: Fulfilled) -> None:
    assert len(confirmed(shop)) == 1
    shop.run("payments", "payments")
    assert {each.kind: each.outstanding for each in shop.stage.company.entries} == {
        "invoice": 0,
        "receipt": 0,
    }


def test_the_bug_that_forgets_the_invoice_shows(shop: Fulfilled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deposits, "known_invoices", lambda cycle, source_id: ())
    assert confirmed(shop) == []  # and an entry that does not change is not read again
