"""An order that the company accepts without a number: what stores and shows the number waits, and says nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integration.flows import rooms
from integration.flows.stage import Stage
from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.engine import preflight
from tidegate.engine.interventions import Act
from tidegate.sage.port.orders import Guard
from tidegate.sage.sage200.orders import Orders

STEPS = ("number", "comment")


def unnumbered(stage: Stage, patch: pytest.MonkeyPatch) -> int:
    """An order that the company has, and gives no number for the time being."""
    rooms.numberless(patch)
    placed = stage.order("guest")
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    assert stage.delivery(placed).target_number == ""
    return placed


def notes_of(stage: Stage, placed: int) -> set[State]:
    """Where both steps stand."""
    return {stage.state(placed, step, "order-status") for step in STEPS}


def test_both_steps_wait_and_nothing_is_written(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = unnumbered(stage, monkeypatch)
    stage.notes()
    assert notes_of(stage, placed) == {State.HELD}
    waiting = stage.delivery(placed, "comment", "order-status")
    assert (waiting.reason_code, waiting.waits_for) == (Code.NUMBER_PENDING, f"number:main:{placed}")
    assert stage.comments(placed) == []
    assert not stage.shop_order(placed)["ext_order_id"]
    assert stage.alerts() == [], "it ends by itself"


def test_they_go_on_with_the_number_that_a_look_up_brings(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = unnumbered(stage, monkeypatch)
    stage.cycle()
    stage.notes()
    number = stage.only(placed)["number"]
    assert notes_of(stage, placed) == {State.CONFIRMED}
    assert [each["text"] for each in stage.comments(placed)] == [f"Sage order {number}"]
    assert stage.shop_order(placed)["ext_order_id"] == number
    stage.listen()
    stage.cycle()
    assert stage.sage_calls() == [], "nobody waits any more"


def test_a_number_that_is_not_there_yet_is_asked_for_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = Orders.find

    def later(self: Orders, keys: Any) -> Any:
        found = find(self, keys)
        assert isinstance(found, dict)
        return {key: [replace(each, number="") for each in there] for key, there in found.items()}

    placed = unnumbered(stage, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(Orders, "find", later)
        stage.cycle()
        stage.notes()
        assert notes_of(stage, placed) == {State.HELD}
    stage.cycle()
    stage.notes()
    assert notes_of(stage, placed) == {State.CONFIRMED}


def test_progress_brings_it_where_nothing_can_be_looked_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms.writing(monkeypatch, guard=Guard.TARGET_REFUSES)
    rooms.without(monkeypatch, "order_search")
    stage.reopen(statuses={"shipped": "shipped"})
    placed = unnumbered(stage, monkeypatch)
    stage.cycle()
    stage.notes()
    stage.notes()
    assert notes_of(stage, placed) == {State.CONFIRMED}
    assert len(stage.comments(placed)) == 1


def test_a_person_who_lets_it_go_on_too_early_does_no_harm(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = unnumbered(stage, monkeypatch)
    stage.act(Act.RELEASE, placed, "comment", "order-status")
    stage.act(Act.RELEASE, placed, "number", "order-status")
    stage.notes()
    assert notes_of(stage, placed) == {State.HELD}
    assert stage.comments(placed) == []
    assert stage.alerts() == []


def test_a_product_that_never_numbers_orders_has_its_notes_skipped_with_the_reason(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms.writing(monkeypatch, states_numbers=False)
    placed = unnumbered(stage, monkeypatch)
    assert notes_of(stage, placed) == {State.SKIPPED}
    assert "no number" in stage.delivery(placed, "comment", "order-status").reason
    assert [line.verdict for line in preflight.preflight(stage.hub, ()) if line.subject == "notes"] == [
        "warn"
    ]
