"""The notes of one order are recorded by one commit, and what became of them is committed with the next order's."""

from __future__ import annotations

from collections import Counter

import pytest

from integration.flows.stage import SETTLED, Stage
from tidegate.domain.states import State
from tidegate.flows.status import order_status
from tidegate.ledger import database

STATUS = "order-status"
ORDERS = 3


def notes_of(stage: Stage, entity_id: int) -> list[State]:
    """Where its number and its comment stand."""
    return [stage.state(entity_id, step, STATUS) for step in ("number", "comment")]


def confirmed(stage: Stage) -> list[int]:
    placed = [stage.order("guest") for _ in range(ORDERS)]
    stage.cycle()
    return placed


def test_an_order_costs_one_commit_and_the_last_ones_outcome_another(stage: Stage) -> None:
    placed = confirmed(stage)
    commits: Counter[str] = Counter()
    database.set_trip(lambda label, when: commits.update([label] if when == "after" else []))
    stage.notes()
    database.set_trip(None)
    assert [notes_of(stage, each) for each in placed] == [[State.CONFIRMED] * 2] * ORDERS
    assert (commits["attempt"], commits["settle"]) == (ORDERS, 1)


def test_a_comment_behind_a_number_that_ended_the_cycle_has_not_left_and_goes_with_the_next(
    stage: Stage,
) -> None:
    first, *others = confirmed(stage)
    stage.break_shop("refuse", method="POST", path="/V1/orders$")
    stage.notes()
    comment = stage.delivery(first, "comment", STATUS)
    assert comment.state is State.QUEUED
    assert comment.reason == order_status.UNSENT
    assert all(stage.comments(each) == [] for each in (first, *others))
    stage.notes(after=SETTLED)
    assert [notes_of(stage, each) for each in (first, *others)] == [[State.CONFIRMED] * 2] * ORDERS
    assert [len(stage.comments(each)) for each in (first, *others)] == [1] * ORDERS


def test_what_a_process_that_died_has_written_is_found_and_not_written_again(stage: Stage) -> None:
    first, *others = confirmed(stage)

    dead: list[str] = []

    def dies(label: str, when: str) -> None:
        if dead or ((label, when) == ("attempt", "before") and stage.comments(first)):
            dead.append(label)
            raise KeyboardInterrupt  # both notes of the first order are there, and nothing says so

    database.set_trip(dies)
    with pytest.raises(KeyboardInterrupt):
        stage.notes()
    database.set_trip(None)
    assert notes_of(stage, first) == [State.SENDING] * 2
    stage.reopen()
    stage.notes(after=SETTLED)
    stage.notes(after=SETTLED)
    assert [notes_of(stage, each) for each in (first, *others)] == [[State.CONFIRMED] * 2] * ORDERS
    assert [len(stage.comments(each)) for each in (first, *others)] == [1] * ORDERS
