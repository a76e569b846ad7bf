"""An order that the company accepts without a number: what stores and shows the number waits, and says nothing."""

from __future__ import annotations

import pytest
from rich.console import Console

from integration.flows.conftest import InMemory
from integration.flows.in_memory import MemoryStage
from integration.flows.stage import SETTLED
from tidegate.cli.trace import tree_of
from tidegate.config.model import NotesSettings
from tidegate.domain.errors import Code, Failure
from tidegate.domain.states import State
from tidegate.engine import preflight, reports
from tidegate.engine.interventions import Act
from tidegate.sage.port.orders import Guard
from tidegate.sage.port.outcomes import Kind

STEPS = ("number", "comment")


@pytest.fixture
def unnumbering(in_memory: InMemory) -> MemoryStage:
    """A company that numbers orders later."""
    return in_memory(numbers_later=True)


@pytest.fixture
def stage(unnumbering: MemoryStage) -> MemoryStage:
    """The same."""
    return unnumbering


def unnumbered(stage: MemoryStage) -> int:
    """An order that the company has, and gives no number for the time being."""
    placed = stage.order("guest")
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    assert stage.delivery(placed).target_number == ""
    return placed


def notes_of(stage: MemoryStage, placed: int) -> set[State]:
    """Where both steps stand."""
    return {stage.state(placed, step, "order-status") for step in STEPS}


def test_both_steps_wait_and_nothing_is_written(stage: MemoryStage) -> None:
    placed = unnumbered(stage)
    stage.notes()
    assert notes_of(stage, placed) == {State.HELD}
    waiting = stage.delivery(placed, "comment", "order-status")
    assert (waiting.reason_code, waiting.waits_for) == (Code.NUMBER_PENDING, f"number:main:{placed}")
    assert stage.comments(placed) == []
    assert not stage.shop_order(placed)["ext_order_id"]
    assert stage.alerts() == [], "it ends by itself"


def test_they_go_on_with_the_number_that_a_look_up_brings(stage: MemoryStage) -> None:
    placed = unnumbered(stage)
    stage.number_orders()
    stage.cycle()
    stage.notes()
    number = stage.only(placed)["number"]
    assert number
    assert notes_of(stage, placed) == {State.CONFIRMED}
    assert [each["text"] for each in stage.comments(placed)] == [f"Sage order {number}"]
    assert stage.shop_order(placed)["ext_order_id"] == number
    stage.listen()
    stage.cycle()
    assert stage.sage_calls() == [], "nobody waits any more"


def test_the_number_reaches_the_order_itself_its_chain_and_the_search_though_nobody_waits(
    stage: MemoryStage,
) -> None:
    stage.reopen(notes=NotesSettings(number=False, comment="none"))
    placed = unnumbered(stage)
    stage.number_orders()
    stage.cycle()
    number = stage.only(placed)["number"]
    delivery = stage.delivery(placed)
    assert (delivery.state, delivery.target_number) == (State.CONFIRMED, number)
    (found,) = reports.traced(number, stage.now)["orders"]
    assert found["magento"]["entity_id"] == placed
    (sales,) = [each for each in found["chain"]["tree"]["children"] if each["kind"] == "sage-order"]
    assert sales["number"] == number
    order = next(each for each in found["deliveries"] if each["step"] == "order")
    assert f"the company's number is {number}" in [each["text"] for each in order["history"]]
    stage.listen()
    stage.cycle()
    assert stage.sage_calls() == [], "nobody asks any more"


@pytest.mark.parametrize("kind", [Kind.DRAFT, Kind.QUOTE, Kind.INVOICE])
def test_what_the_company_made_of_an_order_is_kept_reported_and_shown(
    stage: MemoryStage, capsys: pytest.CaptureFixture[str], kind: Kind
) -> None:
    stage.turn(numbers_later=False, makes=kind)
    placed = stage.order("guest")
    stage.cycle()
    stage.notes()
    number = stage.only(placed)["number"]
    assert stage.delivery(placed).target_kind == kind
    told = [each["text"] for each in stage.shop_order(placed)["comments"]]
    assert f"Sage {kind} {number}" in told
    (found,) = reports.traced(number, stage.now)["orders"]
    (sales,) = [each for each in found["chain"]["tree"]["children"] if each["kind"] == "sage-order"]
    assert (sales["number"], sales["text"]) == (number, kind)
    Console(width=200).print(tree_of(found, {}, history=False))
    assert f"-> {kind} {number}" in capsys.readouterr().out


def test_an_adopted_draft_is_a_draft(stage: MemoryStage) -> None:
    stage.turn(numbers_later=False, makes=Kind.DRAFT)
    stage.inject("send", Failure(Code.NO_ANSWER, "no answer"), carried_out=True)
    placed = stage.order("guest")
    stage.cycle()
    assert stage.state(placed) is State.IN_DOUBT
    stage.cycle(after=SETTLED)
    delivery = stage.delivery(placed)
    assert (delivery.state, delivery.adopted, delivery.target_kind) == (State.CONFIRMED, True, Kind.DRAFT)


def test_a_number_that_is_not_there_yet_is_asked_for_again(stage: MemoryStage) -> None:
    placed = unnumbered(stage)
    stage.cycle()
    stage.notes()
    assert notes_of(stage, placed) == {State.HELD}
    stage.number_orders()
    stage.cycle()
    stage.notes()
    assert notes_of(stage, placed) == {State.CONFIRMED}


def test_progress_brings_it_where_nothing_can_be_looked_up(stage: MemoryStage) -> None:
    stage.turn(guard=Guard.TARGET_REFUSES, without=frozenset({"order_search"}))
    stage.reopen(statuses={"shipped": "shipped"})
    placed = unnumbered(stage)
    stage.number_orders()
    stage.cycle()
    stage.notes()
    stage.notes()
    assert notes_of(stage, placed) == {State.CONFIRMED}
    assert len(stage.comments(placed)) == 1


def test_a_person_who_lets_it_go_on_too_early_does_no_harm(stage: MemoryStage) -> None:
    placed = unnumbered(stage)
    stage.act(Act.RELEASE, placed, "comment", "order-status")
    stage.act(Act.RELEASE, placed, "number", "order-status")
    stage.notes()
    assert notes_of(stage, placed) == {State.HELD}
    assert stage.comments(placed) == []
    assert stage.alerts() == []


def test_a_product_that_never_numbers_orders_has_its_notes_skipped_with_the_reason(
    stage: MemoryStage,
) -> None:
    stage.turn(states_numbers=False)
    placed = unnumbered(stage)
    assert notes_of(stage, placed) == {State.SKIPPED}
    assert "does not give orders a number" in stage.delivery(placed, "comment", "order-status").reason
    assert [line.verdict for line in preflight.preflight(stage.hub, ()) if line.subject == "notes"] == [
        "warn"
    ]
