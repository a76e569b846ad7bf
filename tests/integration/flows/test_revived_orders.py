"""Orders whose cancellation the store takes back: extensions do so when a payment arrives late."""

from __future__ import annotations

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import SETTLED, Stage
from tidegate.domain.states import State
from tidegate.engine.interventions import Act


def test_revived_before_sage_was_asked_it_is_sent(stage: Stage) -> None:
    stage.lock()
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.cycle()
    stage.shopper.revive(placed)
    stage.cycle()
    stage.unlock()
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    assert (stage.state(placed), stage.state(placed, "cancel")) == (State.CONFIRMED, State.SKIPPED)
    assert len(stage.in_sage(placed)) == 1


def test_revived_and_cancelled_again_before_it_was_sent_it_is_never_sent(stage: Stage) -> None:
    stage.lock()
    placed = stage.order("guest")
    stage.cycle()
    for _ in range(2):
        stage.shopper.cancel(placed)
        stage.cycle()
        stage.shopper.revive(placed)
        stage.cycle()
    stage.shopper.cancel(placed)
    stage.unlock()
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    assert (stage.state(placed), stage.state(placed, "cancel")) == (State.CANCELLED, State.CANCELLED)
    assert stage.in_sage(placed) == []


def revived_and_sent(stage: Stage) -> int:
    """Cancelled before it was sent, found absent, revived, sent."""
    stage.lock()
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.unlock()
    stage.cycle(after=SETTLED)
    assert stage.state(placed, "cancel") is State.CANCELLED
    stage.shopper.revive(placed)
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED
    return placed


def test_revived_sent_and_cancelled_again_it_is_cancelled_in_sage(stage: Stage) -> None:
    placed = revived_and_sent(stage)
    stage.shopper.cancel(placed)
    stage.cycle()
    assert (stage.state(placed), stage.state(placed, "cancel")) == (State.CANCELLED, State.CONFIRMED)
    assert stage.in_sage(placed) == []


def test_revived_sent_and_edited_a_person_compares(stage: Stage) -> None:
    placed = revived_and_sent(stage)
    stage.shopper.readdress(placed, "2 Quay Street")
    stage.cycle()
    assert "changed-after-send" in {code for code, _ in stage.alerts()}


@pytest.mark.parametrize("rule", ["cancel", "review"])
def test_revived_before_the_cancellation_was_carried_out_the_order_stays_in_sage(
    build: Build, rule: str
) -> None:
    stage = build(cancellation=rule)
    placed = stage.order("guest")
    stage.cycle()
    if rule == "cancel":
        stage.lock()
    stage.shopper.cancel(placed)
    stage.cycle()
    stage.shopper.revive(placed)
    stage.cycle()
    if rule == "cancel":
        stage.unlock()
    stage.cycle(after=SETTLED)
    assert (stage.state(placed), stage.state(placed, "cancel")) == (State.CONFIRMED, State.SKIPPED)
    assert len(stage.in_sage(placed)) == 1


def test_revived_after_it_was_cancelled_in_sage_a_person_is_asked(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.cycle()
    assert stage.state(placed) is State.CANCELLED
    stage.shopper.revive(placed)
    stage.cycle()
    stage.cycle()
    assert [code for code, _ in stage.alerts()] == ["changed-after-send"]


def test_a_cancellation_that_a_person_ended_is_not_asked_about_again(build: Build) -> None:
    stage = build(cancellation="review")
    placed = stage.order("guest")
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.cycle()
    stage.act(Act.CANCEL, placed, step="cancel")
    stage.shopper.readdress(placed, "2 Quay Street")
    stage.cycle()
    assert stage.state(placed, "cancel") is State.CANCELLED
