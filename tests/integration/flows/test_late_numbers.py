"""An order that the company accepts without a number: what stores and shows the number waits, and says nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.flows.in_memory import MemoryStage, build_shop
from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.engine import preflight
from tidegate.engine.interventions import Act
from tidegate.ledger import database
from tidegate.sage.port.orders import Guard

STEPS = ("number", "comment")


@pytest.fixture
def unnumbering(tmp_path: Path, migrated: Path) -> Iterator[MemoryStage]:
    """A company that numbers orders later."""
    ledger = tmp_path / "ledger.db"
    shutil.copyfile(migrated, ledger)
    built = MemoryStage(build_shop(f"sqlite:///{ledger}"), numbers_later=True)
    yield built
    try:
        built.judge()
    finally:
        built.hub.close()
        database.set_trip(None)


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
    assert "no number" in stage.delivery(placed, "comment", "order-status").reason
    assert [line.verdict for line in preflight.preflight(stage.hub, ()) if line.subject == "notes"] == [
        "warn"
    ]
