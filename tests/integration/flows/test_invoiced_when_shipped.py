"""Orders that stand in the company as drafts: invoiced once the store has shipped or invoiced something of them, and once only."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integration.flows.conftest import Build, InMemory
from integration.flows.in_memory import MemoryStage
from integration.flows.stage import SETTLED
from integration.flows.test_handed_over_and_deaths import lived
from tidegate.conformance.memory.documents import Documents
from tidegate.domain.errors import Code, Failure
from tidegate.domain.states import State
from tidegate.engine.interventions import Act
from tidegate.flows.orders import invoicing
from tidegate.flows.orders.invoicing import STEP
from tidegate.sage.port.invoice_due import InvoiceDue
from tidegate.sage.port.outcomes import Kind
from tidegate_sandbox.magento.additions import Additions

#: Longer than the overlap of two readings of the store.
LATER = timedelta(hours=2)


@pytest.fixture
def stage(in_memory: InMemory) -> MemoryStage:
    """A company whose orders are drafts first."""
    return in_memory(makes=Kind.DRAFT, invoice_due=InvoiceDue.SHIPPED)


def sent(stage: MemoryStage, kind: str = "guest") -> int:
    """An order that the company has as a draft."""
    placed = stage.order(kind)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    return placed


def invoices(stage: MemoryStage) -> int:
    """How many the company has."""
    return len(stage.books.invoices)


def test_nothing_is_invoiced_before_the_store_ships(stage: MemoryStage) -> None:
    placed = sent(stage)
    stage.shopper.pay(placed)
    stage.cycle(after=SETTLED)
    assert STEP not in stage.steps(placed)
    assert invoices(stage) == 0


@pytest.mark.parametrize("partly", [False, True], ids=["whole", "in part"])
def test_a_shipment_makes_one_invoice(stage: MemoryStage, partly: bool) -> None:
    placed = sent(stage)
    stage.shopper.ship(placed, partly=partly)
    for _ in range(3):
        stage.cycle(after=SETTLED)
    assert stage.state(placed, STEP) is State.CONFIRMED
    assert stage.delivery(placed, STEP).target_kind == Kind.INVOICE
    assert invoices(stage) == 1


def test_the_rest_of_a_shipment_makes_no_second_one(stage: MemoryStage) -> None:
    placed = sent(stage)
    stage.shopper.ship(placed, partly=True)
    stage.cycle()
    stage.shopper.ship(placed)
    stage.cycle(after=SETTLED)
    assert invoices(stage) == 1


def test_what_nobody_ships_is_due_once_the_store_is_done(stage: MemoryStage) -> None:
    placed = stage.order("guest", shipping=Decimal(0), additions=Additions(virtual="downloadable"))
    stage.cycle()
    stage.cycle()
    assert STEP not in stage.steps(placed)
    stage.shopper.set_state(placed, "complete", "complete")
    stage.cycle()
    assert (stage.state(placed, STEP), invoices(stage)) == (State.CONFIRMED, 1)


def due_with_the_stores_invoice(stage: MemoryStage) -> None:
    placed = sent(stage)
    stage.shopper.ship(placed)
    stage.cycle(after=SETTLED)
    assert STEP not in stage.steps(placed)
    stage.shopper.pay(placed)
    for _ in range(3):
        stage.cycle(after=SETTLED)
    assert (stage.state(placed, STEP), invoices(stage)) == (State.CONFIRMED, 1)


def test_where_the_stores_invoice_counts_a_shipment_does_not(in_memory: InMemory) -> None:
    due_with_the_stores_invoice(in_memory(makes=Kind.DRAFT, invoice_due=InvoiceDue.INVOICED))


def test_the_check_bites_where_a_shipment_counts(
    in_memory: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoicing, "is_due", lambda order, due: order.shipped)
    with pytest.raises(AssertionError):
        due_with_the_stores_invoice(in_memory(makes=Kind.DRAFT, invoice_due=InvoiceDue.INVOICED))


def test_an_order_that_was_paid_at_checkout_is_invoiced_once_it_is_sent(in_memory: InMemory) -> None:
    stage = in_memory(makes=Kind.DRAFT, invoice_due=InvoiceDue.INVOICED)
    placed = stage.order("guest")
    stage.shopper.pay(placed)
    stage.cycle()
    stage.cycle(after=SETTLED)
    assert (stage.state(placed), stage.state(placed, STEP)) == (State.CONFIRMED, State.CONFIRMED)
    assert invoices(stage) == 1


def test_a_shipment_before_the_order_is_confirmed_waits_for_it(stage: MemoryStage) -> None:
    placed = stage.order("guest")
    stage.shopper.ship(placed)
    stage.inject("send", Failure(Code.NO_ANSWER, "no answer"), carried_out=True)
    stage.cycle()
    assert (stage.state(placed), stage.state(placed, STEP)) == (State.IN_DOUBT, State.QUEUED)
    stage.cycle(after=SETTLED)
    stage.cycle()
    assert (stage.state(placed), stage.state(placed, STEP)) == (State.CONFIRMED, State.CONFIRMED)
    assert invoices(stage) == 1


def test_a_lost_answer_makes_no_second_invoice(stage: MemoryStage) -> None:
    placed = sent(stage)
    stage.shopper.ship(placed)
    stage.inject("invoice", Failure(Code.NO_ANSWER, "no answer"), carried_out=True)
    stage.cycle()
    assert stage.state(placed, STEP) is State.IN_DOUBT
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    assert (stage.state(placed, STEP), invoices(stage)) == (State.CONFIRMED, 1)


def test_documents_made_by_staff_first_are_found(stage: MemoryStage) -> None:
    placed = sent(stage)
    stage.shopper.ship(placed)
    Documents(stage.books).invoice_whole(stage.in_sage(placed)[0]["number"])
    stage.cycle()
    assert (stage.state(placed, STEP), invoices(stage)) == (State.CONFIRMED, 1)


def test_a_draft_that_is_gone_is_a_review(stage: MemoryStage) -> None:
    placed = sent(stage)
    stage.shopper.ship(placed)
    (order,) = stage.books.with_key(f"magento:main:{placed}")
    del stage.books.orders[order.id]
    stage.cycle()
    assert stage.state(placed, STEP) is State.REVIEW
    assert stage.delivery(placed, STEP).reason_code == Code.REFUSED
    assert stage.act(Act.SKIP, placed, STEP, text="invoiced by hand").after is State.SKIPPED


def test_the_step_of_a_skipped_order_comes_back_with_it(stage: MemoryStage) -> None:
    placed = stage.order("guest")
    stage.shopper.ship(placed)
    stage.inject("send", Failure(Code.LOCKED, "closed for the night", sent=False))
    stage.cycle()
    stage.shopper.set_state(placed, "holded", "holded")
    stage.cycle(after=SETTLED)
    assert (stage.state(placed), stage.state(placed, STEP)) == (State.SKIPPED, State.SKIPPED)
    stage.shopper.set_state(placed, "processing", "processing")
    stage.cycle(after=SETTLED)
    stage.cycle()
    assert (stage.state(placed), stage.state(placed, STEP)) == (State.CONFIRMED, State.CONFIRMED)


def test_the_step_of_an_order_that_a_person_takes_up_again_comes_back_with_it(stage: MemoryStage) -> None:
    """Seen before: nothing changed in the store, and its shipment was invoiced by nobody."""
    placed = stage.order("guest")
    stage.shopper.ship(placed)
    stage.inject("send", Failure(Code.LOCKED, "closed for the night", sent=False))
    stage.cycle()
    stage.act(Act.SKIP, placed, text="not now")
    stage.cycle(after=SETTLED)
    assert (stage.state(placed), stage.state(placed, STEP)) == (State.SKIPPED, State.SKIPPED)
    stage.cycle(after=LATER)  # the store no longer lists it as changed
    stage.act(Act.RETRY, placed)
    for _ in range(2):
        stage.cycle(after=SETTLED)
    assert (stage.state(placed), stage.state(placed, STEP), invoices(stage)) == (
        State.CONFIRMED,
        State.CONFIRMED,
        1,
    )


def shipped_and_cancelled(stage: MemoryStage) -> int:
    """The store has shipped all of it and cancels it then, as Magento lets people do before its invoice."""
    stage.turn(makes=Kind.DRAFT, invoice_due=InvoiceDue.SHIPPED)
    placed = sent(stage)
    stage.shopper.ship(placed)
    stage.shopper.cancel(placed)
    for _ in range(2):
        stage.cycle(after=SETTLED)
    assert stage.state(placed, "cancel") is State.REVIEW
    assert (stage.state(placed, STEP), invoices(stage)) == (State.HELD, 0)
    return placed


@pytest.mark.parametrize("act", [Act.CANCEL, Act.SKIP])
def test_what_was_shipped_and_stays_in_the_company_is_invoiced(build: Build, act: Act) -> None:
    stage = build(cancellation="review")
    placed = shipped_and_cancelled(stage)
    stage.act(act, placed, "cancel", text="it was delivered")
    stage.cycle(after=SETTLED)
    assert (stage.state(placed, STEP), invoices(stage)) == (State.CONFIRMED, 1)


def test_what_a_person_has_cancelled_in_the_company_is_not(build: Build) -> None:
    stage = build(cancellation="review")
    placed = shipped_and_cancelled(stage)
    number = stage.only(placed)["number"]
    stage.company.delete(number)
    stage.link(placed, number, step="cancel")
    stage.cycle(after=SETTLED)
    assert (stage.state(placed, STEP), invoices(stage)) == (State.SKIPPED, 0)


def test_a_company_whose_staff_invoices_is_not_asked(in_memory: InMemory) -> None:
    stage = in_memory(makes=Kind.DRAFT)
    placed = sent(stage)
    stage.shopper.ship(placed)
    stage.cycle()
    assert STEP not in stage.steps(placed)


def test_a_step_from_before_the_rule_was_changed_ends(stage: MemoryStage) -> None:
    placed = sent(stage)
    stage.shopper.ship(placed)
    stage.inject("invoice", Failure(Code.LOCKED, "closed for the night", sent=False))
    stage.cycle()
    assert stage.state(placed, STEP) is State.QUEUED
    stage.turn(invoice_due=None)
    stage.cycle(after=SETTLED)
    assert stage.state(placed, STEP) is State.SKIPPED
    assert "people make the invoices" in stage.delivery(placed, STEP).reason


@pytest.mark.parametrize("point", range(0, 12, 2))
def test_a_death_at_any_point_makes_one_invoice(stage: MemoryStage, point: int) -> None:
    placed = sent(stage)
    stage.shopper.ship(placed)
    stage.world.crashes.arm("any", point)
    lived(stage)
    stage.world.crashes.disarm()
    for _ in range(2):
        lived(stage)
    assert (stage.state(placed, STEP), invoices(stage)) == (State.CONFIRMED, 1)


def test_the_points_reach_the_end_of_the_story(stage: MemoryStage) -> None:
    stage.shopper.ship(sent(stage))
    stage.world.crashes.arm("any", 24)
    assert lived(stage) == 0
