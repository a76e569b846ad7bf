"""Accounts, cancellations, receipts and allocations that a company works on later: as orders that are handed over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.flows.conftest import InMemory
from integration.flows.in_memory import MemoryStage
from integration.flows.stage import SETTLED
from tidegate.config import model
from tidegate.config.accounts import Accounts
from tidegate.config.model import Flow
from tidegate.conformance.memory.requests import Requests
from tidegate.conformance.memory.staff import Staff
from tidegate.domain.errors import Code, Failure
from tidegate.domain.states import State
from tidegate.engine.cycles import run_cycle
from tidegate.ledger import lookups, parcels, queue
from tidegate.ledger.queue import Item
from tidegate.sage.port.parcels import Scope
from tidegate.simulation.crashes import ProcessDeath

OTHERS = frozenset({Scope.CUSTOMERS, Scope.CANCELLATIONS, Scope.RECEIPTS, Scope.ALLOCATIONS})


@pytest.fixture
def stage(in_memory: InMemory) -> MemoryStage:
    """Orders are answered at once, everything else lies there."""
    built = in_memory(hands_over_too=OTHERS)
    built.reopen(
        flows={name: Flow(every="15m") for name in ("orders", "payments", "invoices", "order-status")},
        customers=built.customers(unknown="create"),
        payments={"*": model.Payment(account="CARD", prepaid=True)},
    )
    return built


def steps(step: str) -> list[Item]:
    """The deliveries whose step begins so."""
    return [each for each in queue.listing(connection="web", limit=50) if each.step.startswith(step)]


def account() -> Item:
    """The delivery that makes the account."""
    (found,) = steps("customer")
    return found


def from_a_stranger(stage: MemoryStage) -> int:
    """An order of somebody whom the company does not know."""
    (customer,) = stage.world.register(1)
    placed = stage.order("customer", customer=customer)
    stage.cycle()
    return placed


def worked_on(stage: MemoryStage, flow: str = "orders") -> None:
    """The company works; a cycle reads what became of it."""
    stage.work()
    stage.cycle(flow)


def test_an_account_that_is_handed_over_lies_there_once_and_its_order_waits(stage: MemoryStage) -> None:
    placed = from_a_stranger(stage)
    for _ in range(5):
        stage.cycle(after=SETTLED)
        assert (account().state, stage.state(placed)) == (State.HANDED_OVER, State.HELD)
    assert len(stage.platform.requests) == 1
    (parcel,) = parcels.open_parcels("web")
    assert (parcel.scope, parcel.tracking, parcel.keys) == ("customers", "rq-1", (account().key,))
    worked_on(stage)
    stage.cycle()
    assert (account().state, stage.state(placed)) == (State.CONFIRMED, State.CONFIRMED)
    (made,) = [one for one in stage.books.accounts.values() if one.key]
    assert account().target_number == made.account
    (order,) = stage.books.with_key(f"magento:main:{placed}")
    assert order.account == made.account
    assert not account().adopted
    assert parcels.open_parcels() == []


def test_the_account_of_a_registration_is_collected_by_its_own_flow(stage: MemoryStage) -> None:
    """Nobody orders: the flow that handed it over is the one that reads what became of it."""
    stage.reopen(
        flows={"registrations": Flow(every="15m")},
        accounts=Accounts(approval="provisional"),
        customers=stage.customers(unknown="create"),
    )
    (customer,) = stage.world.register(1)
    at = stage.now.strftime("%Y-%m-%d %H:%M:%S")
    stage.shop.customers.put({**stage.shop.customers.get(customer), "created_at": at, "updated_at": at})
    for _ in range(3):  # after them the shop has nobody new any more
        stage.cycle("registrations", after=timedelta(hours=1))
        assert account().state is State.HANDED_OVER
    worked_on(stage, "registrations")
    assert (account().state, account().adopted) == (State.CONFIRMED, False)
    assert parcels.open_parcels() == []


def test_an_account_that_is_refused_later_waits_for_a_person(stage: MemoryStage) -> None:
    placed = from_a_stranger(stage)
    stage.platform.rejected = {account().key}
    worked_on(stage)
    assert (account().state, account().reason) == (State.REVIEW, "somebody refused the request")
    assert stage.state(placed) is State.HELD
    assert parcels.open_parcels() == []


def test_an_account_whose_result_is_lost_is_found_once_its_parcel_is_overdue(stage: MemoryStage) -> None:
    from_a_stranger(stage)
    stage.platform.silent = True
    stage.work()
    stage.cycle(after=timedelta(hours=26))
    assert (account().state, account().adopted) == (State.CONFIRMED, True)
    assert parcels.open_parcels() == []


def test_an_account_that_expired_unfetched_is_asked_for_again(stage: MemoryStage) -> None:
    stage.turn(kept_for=timedelta(days=2))
    from_a_stranger(stage)
    stage.cycle(after=timedelta(days=3))
    stage.cycle(after=SETTLED)
    assert len(stage.platform.requests) == 2
    assert account().state is State.HANDED_OVER


def prepaid(stage: MemoryStage) -> int:
    """An order that is in the company and was paid at checkout; its receipt lies there."""
    placed = stage.order("guest")
    stage.cycle()
    stage.cycle("payments")
    return placed


def test_a_receipt_that_is_handed_over_is_posted_once(stage: MemoryStage) -> None:
    placed = prepaid(stage)
    for _ in range(3):
        stage.cycle("payments", after=SETTLED)
        assert stage.state(placed, "deposit", "payments") is State.HANDED_OVER
    assert len(stage.platform.requests) == 1
    worked_on(stage, "payments")
    receipt = stage.delivery(placed, "deposit", "payments")
    (entry,) = [one.record for one in stage.books.entries.values()]
    assert (receipt.state, receipt.target_number) == (State.CONFIRMED, entry.urn)
    assert parcels.open_parcels() == []


def invoiced(stage: MemoryStage) -> None:
    """The same, its receipt posted, its goods gone and invoiced."""
    placed = prepaid(stage)
    worked_on(stage, "payments")
    number = stage.only(placed)["number"]
    people = Staff(stage.books)
    people.act("despatch", {"order": number})
    people.act("invoice-run", {})
    stage.cycle("invoices")


def test_an_allocation_whose_result_is_lost_shows_in_what_is_left_of_the_receipt(stage: MemoryStage) -> None:
    stage.turn(kept_for=timedelta(days=2))
    invoiced(stage)
    stage.cycle("payments")
    made = len(stage.platform.requests)
    stage.platform.silent = True
    stage.work()
    stage.cycle("payments", after=timedelta(hours=30))
    assert [each.state for each in steps("allocation")] == [State.HANDED_OVER]
    stage.cycle("payments", after=timedelta(days=2))
    assert [(each.state, each.adopted) for each in steps("allocation")] == [(State.CONFIRMED, True)]
    assert len(stage.platform.requests) == made, "what was made is not made again"
    assert parcels.open_parcels() == []


def test_an_allocation_that_is_handed_over_is_made_once(stage: MemoryStage) -> None:
    invoiced(stage)
    for _ in range(3):
        stage.cycle("payments", after=SETTLED)
        assert [each.state for each in steps("allocation")] == [State.HANDED_OVER]
    worked_on(stage, "payments")
    assert [each.state for each in steps("allocation")] == [State.CONFIRMED]
    assert {one.record.outstanding for one in stage.books.entries.values()} == {0}
    assert parcels.open_parcels() == []


def test_a_cancellation_that_is_handed_over_is_carried_out_with_its_result(stage: MemoryStage) -> None:
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.cancel(placed)
    for _ in range(3):
        stage.cycle(after=SETTLED)
        assert stage.state(placed, "cancel") is State.HANDED_OVER
        assert stage.state(placed) is State.CONFIRMED, "it may still be delivered"
    assert len(stage.platform.requests) == 1
    worked_on(stage)
    assert (stage.state(placed, "cancel"), stage.state(placed)) == (State.CONFIRMED, State.CANCELLED)


def test_a_cancellation_whose_result_is_lost_shows_at_its_order(stage: MemoryStage) -> None:
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.cycle()
    stage.platform.silent = True
    stage.work()
    stage.cycle(after=timedelta(hours=26))
    assert (stage.state(placed, "cancel"), stage.state(placed)) == (State.CONFIRMED, State.CANCELLED)


def test_a_desk_that_hands_over_without_saying_so_leaves_its_record_in_doubt(
    stage: MemoryStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Requests, "scopes", frozenset())
    from_a_stranger(stage)
    assert (account().state, account().reason_code) == (State.IN_DOUBT, Code.UNCLEAR_ANSWER)
    assert parcels.open_parcels() == []


def test_an_unanswered_hand_over_is_found_by_its_key(stage: MemoryStage) -> None:
    stage.inject("create customer", Failure(Code.NO_ANSWER, "no answer came"), carried_out=True)
    from_a_stranger(stage)
    assert account().state is State.IN_DOUBT
    stage.cycle(after=SETTLED)
    assert account().state is State.HANDED_OVER
    assert len(stage.platform.requests) == 1


# --- the process dies ---------------------------------------------------------------------------------


@pytest.mark.parametrize("point", range(6, 54, 6))
def test_a_death_at_any_point_makes_one_account_and_one_receipt(stage: MemoryStage, point: int) -> None:
    (customer,) = stage.world.register(1)
    placed = stage.order("customer", customer=customer)
    stage.world.crashes.arm("any", point)
    for _ in range(5):
        for flow in ("orders", "payments"):
            stage.pass_time(SETTLED)
            try:
                run_cycle(stage.hub, stage.connection, flow)
            except ProcessDeath:
                stage.world.crashes.revive()
                stage.reopen()
        stage.work()
    stage.world.crashes.disarm()
    assert stage.state(placed) is State.CONFIRMED
    assert lookups.step_of(stage.delivery(placed).source_id, "payments", "deposit") is not None
    assert len([one for one in stage.books.accounts.values() if one.key]) == 1
    assert len(stage.books.entries) == 1
    assert parcels.open_parcels() == []
