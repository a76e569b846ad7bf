"""What a product has not got: flows say so, deliveries are skipped with the reason, `check` names it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from integration.flows.conftest import InMemory
from integration.flows.in_memory import MemoryStage
from integration.flows.stage import CONNECTION, START
from integration.flows.test_taken_back import FIVE, cancel_all_but
from tidegate.config import model
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.config.stock import Stock
from tidegate.domain.errors import Code, Failure
from tidegate.domain.prices.price_book import PriceQuestion
from tidegate.domain.states import State
from tidegate.engine import dry_run, preflight, reconcile
from tidegate.engine.chains import known_ties
from tidegate.engine.cycles import FLOWS
from tidegate.engine.live_prices import LivePrices
from tidegate.flows import desks
from tidegate.flows.books import books
from tidegate.flows.orders import adopt, withheld
from tidegate.ledger import lookups
from tidegate.sage.port.orders import Guard

#: Flow -> the desks without which it cannot work.
NEEDED = {
    "inventory": ("stock", "web_lines"),
    "prices": ("prices",),
    "customers": ("customers",),
    "registrations": ("customers", "new_customers"),
    "products": ("products",),
    "shipments": ("despatches",),
    "invoices": ("invoices",),
    "credits": ("invoices",),
    "payments": ("ledgers",),
}
CASES = [(flow, desk) for flow, needed in NEEDED.items() for desk in needed]


@pytest.fixture
def stage(in_memory: InMemory) -> MemoryStage:
    """A company that has everything."""
    return in_memory()


@pytest.fixture
def everything(stage: MemoryStage) -> MemoryStage:
    """Every flow is on."""
    stage.reopen(
        flows={name: Flow(every="15m") for name in FLOWS},
        stock=Stock(warehouses={"HOME": "wh_detroit"}),
        prices=Prices(groups={"Wholesale": "Wholesale"}),
    )
    return stage


def found(stage: MemoryStage) -> dict[str, str]:
    """What `check` objects to: subject -> text."""
    lines = preflight.preflight(stage.hub, ())
    return {line.subject: line.text for line in lines if line.verdict != "pass"}


def test_the_table_of_needs_is_whole() -> None:
    assert {flow: len(needed) for flow, needed in desks.NEEDS.items()} == {
        flow: len(needed) for flow, needed in NEEDED.items()
    }


@pytest.mark.parametrize(("flow", "desk"), CASES)
def test_a_flow_without_its_desk_ends_with_the_reason_and_check_refuses_it(
    everything: MemoryStage, flow: str, desk: str
) -> None:
    (customer,) = everything.world.register(1)
    row = everything.shop.customers.get(customer)
    at = everything.now.strftime("%Y-%m-%d %H:%M:%S")
    everything.shop.customers.put({**row, "created_at": at, "updated_at": at})
    everything.turn(without=frozenset({desk}))
    everything.pass_time(timedelta(minutes=1))
    report = everything.cycle(flow)
    assert report.outcome == "ended early", report
    assert "does not offer" in report.text
    everything.mend()
    assert "does not offer" in found(everything)[f"flow {flow}"]
    assert everything.cycle("orders").outcome == "done", "the other flows go on"


def test_notes_are_written_where_no_progress_can_be_read(
    everything: MemoryStage,
) -> None:
    everything.reopen(statuses={"shipped": "shipped"})
    for name in ("invoices", "payments"):
        everything.cycle(name)
    placed = everything.order("guest")
    everything.cycle()
    everything.turn(without=frozenset({"progress"}))
    assert everything.notes().outcome == "done"
    assert len(everything.comments(placed)) == 1
    assert ("not-offered", "order-status") in everything.alerts()
    assert "statuses" in found(everything)


def test_a_cancellation_waits_for_a_person_where_the_product_cancels_nothing(
    stage: MemoryStage,
) -> None:
    placed = stage.order("guest")
    stage.cycle()
    stage.turn(without=frozenset({"cancelling"}))
    stage.shopper.cancel(placed)
    stage.cycle()
    assert stage.delivery(placed, "cancel").reason_code == Code.CANCEL_AFTER_SEND
    assert "cancellation" in found(stage)


def test_a_cancelled_order_that_cannot_be_looked_up_waits_for_a_person(
    stage: MemoryStage,
) -> None:
    stage.room.calls_made.locked = True
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.room.calls_made.locked = False
    stage.turn(guard=Guard.TARGET_REFUSES)
    stage.turn(without=frozenset({"order_search"}))
    for _ in range(3):
        stage.cycle(after=timedelta(minutes=11))
    cancellation = stage.delivery(placed, "cancel")
    assert cancellation.state is State.REVIEW
    assert "cannot be asked" in cancellation.reason
    assert not stage.in_sage(placed)


@pytest.mark.parametrize(
    ("pieces", "expected"), [(0, State.SKIPPED), (2, State.REVIEW)], ids=["whole", "taken back"]
)
def test_an_order_on_hold_that_cannot_be_looked_up_is_a_question_where_pieces_are_taken_back(
    stage: MemoryStage, pieces: int, expected: State
) -> None:
    stage.turn(guard=Guard.TARGET_REFUSES, without=frozenset({"order_search"}))
    placed = stage.order("guest", **FIVE)
    if pieces:
        cancel_all_but(stage, placed, pieces)
    stage.shopper.hold(placed)
    stage.cycle()
    assert (stage.state(placed), stage.state(placed, withheld.STEP)) == (State.SKIPPED, expected)


def test_an_unknown_customer_is_held_where_no_account_can_be_created(stage: MemoryStage) -> None:
    stage.reopen(customers=stage.customers(unknown="create"))
    stage.turn(without=frozenset({"new_customers"}))
    (customer,) = stage.world.register(1)
    placed = stage.order("customer", customer=customer)
    stage.cycle()
    held = stage.delivery(placed)
    assert (held.state, held.reason_code) == (State.HELD, Code.UNKNOWN_CUSTOMER)
    assert "cannot create the account" in held.reason
    assert "unknown customers" in found(stage)


def test_receipts_are_skipped_with_the_reason_where_none_can_be_posted(stage: MemoryStage) -> None:
    stage.reopen(
        flows={name: Flow(every="15m") for name in ("orders", "payments")},
        payments={"*": model.Payment(account="CARD", prepaid=True)},
    )
    stage.turn(without=frozenset({"receipts"}))
    placed = stage.order("guest")
    stage.cycle()
    assert stage.state(placed, "deposit", "payments") is State.QUEUED
    assert stage.cycle("payments").outcome == "done"
    skipped = stage.delivery(placed, "deposit", "payments")
    assert (skipped.state, skipped.reason) == (
        State.SKIPPED,
        "Tidegate cannot post receipts in this Sage product: post this one by hand",
    )
    assert not lookups.has_work(CONNECTION, "payments", stage.now)
    assert "prepaid orders" in found(stage)


def test_the_chain_names_no_tie_to_documents_that_no_desk_reads(
    stage: MemoryStage,
) -> None:
    books.learn(stage.connection)
    assert "order-invoice" in known_ties(stage.connection.name)
    stage.turn(without=frozenset({"invoices", "postings"}))
    learnt = books.learn(stage.connection)
    assert learnt.untold == ("invoices", "postings")
    assert known_ties(stage.connection.name) == {"order-despatch", "invoice-entry", "receipt-invoice"}


def test_what_cannot_be_looked_up_is_not_compared_and_not_adopted(
    stage: MemoryStage,
) -> None:
    stage.order("guest")
    stage.pass_time(timedelta(minutes=1))
    stage.turn(guard=Guard.TARGET_REFUSES)
    stage.turn(without=frozenset({"order_search", "postings"}))
    report = reconcile.compare(stage.connection, reconcile.last_days(stage.connection, 2))
    assert any("cannot look them up" in each for each in report.unchecked)
    assert any("postings" in each for each in report.unchecked)
    failure = adopt.look(stage.connection, START - timedelta(days=1)).failure
    assert isinstance(failure, Failure)
    assert failure.code is Code.NOT_OFFERED
    (entry,) = dry_run.dry_run(stage.hub, stage.connection, "orders")
    assert "payload" in entry, entry


def test_live_prices_are_off_once_the_product_has_shown_that_it_answers_none(
    stage: MemoryStage,
) -> None:
    stage.reopen(prices=Prices(customer_prices="api", live_ms=60_000))
    stage.turn(without=frozenset({"enquiries"}))
    live = LivePrices(stage.hub.connections)
    try:
        question = PriceQuestion("WEB", "HUB-0001", Decimal(1))
        asking = live.begin(stage.connection, [question])
        assert asking is not None
        live.collect(asking)
        assert live.prices(stage.connection, [question]) == [None]
        assert live.breaker(stage.connection) == "off"
    finally:
        live.close()


def test_a_product_that_guards_itself_is_sent_orders_without_a_look_up(
    stage: MemoryStage,
) -> None:
    stage.turn(guard=Guard.TARGET_REFUSES)
    placed = stage.order("guest")
    stage.listen()
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    assert stage.sage_calls().count("look-up") == 1, "the lists, and no order"


@pytest.mark.parametrize(
    ("guard", "days", "state"),
    [
        (Guard.TARGET_OVERWRITES, None, State.CONFIRMED),
        (Guard.TARGET_REPLAYS, 7, State.CONFIRMED),
        (Guard.TARGET_REPLAYS, 0, State.REVIEW),
        (Guard.TARGET_REFUSES, None, State.IN_DOUBT),
    ],
)
def test_a_doubt_that_cannot_be_looked_up_is_settled_by_the_guard(
    stage: MemoryStage, guard: Guard, days: int | None, state: State
) -> None:
    stage.turn(guard=guard, guard_days=days)
    stage.turn(without=frozenset({"order_search"}))
    placed = stage.order("guest")
    stage.inject("send", Failure(Code.NO_ANSWER, "no answer came"))
    stage.cycle()
    assert stage.state(placed) is State.IN_DOUBT
    stage.cycle(after=timedelta(minutes=11))
    assert stage.state(placed) is state
    assert len(stage.in_sage(placed)) == (state is State.CONFIRMED)


def test_an_account_of_twelve_signs_is_taken_by_a_room_that_allows_twenty(
    stage: MemoryStage,
) -> None:
    changed = msgspec.structs.replace(stage.connection.settings.customers, guest_account="WEBSHOP00001")
    stage.reopen(customers=changed, reference_prefix="A-VERY-LONG-PREFIX-", skus={"HUB-0001": "X" * 31})
    assert "WEBSHOP00001" in "".join(
        line.text for line in preflight.preflight(stage.hub, ()) if line.subject == "lengths"
    )
    stage.turn(account_length=20, reference_length=50, product_length=40)
    assert "lengths" not in found(stage)
