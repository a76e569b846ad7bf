"""The notes of a few orders are recorded by one commit, and what became of them is committed with the next ones."""

from __future__ import annotations

from collections import Counter

import pytest

from integration.flows.stage import SETTLED, Stage
from tidegate.domain.states import State
from tidegate.flows.status import order_status
from tidegate.flows.writing import together
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


def commits_of_notes(stage: Stage) -> Counter[str]:
    commits: Counter[str] = Counter()
    database.set_trip(lambda label, when: commits.update([label] if when == "after" else []))
    stage.notes()
    database.set_trip(None)
    return commits


def test_the_first_order_has_a_commit_of_its_own_then_two_have_one_and_the_last_outcomes_another(
    stage: Stage,
) -> None:
    placed = confirmed(stage)
    commits = commits_of_notes(stage)
    assert [notes_of(stage, each) for each in placed] == [[State.CONFIRMED] * 2] * ORDERS
    assert (commits["attempt"], commits["settle"]) == (2, 1)


def test_of_a_slow_store_each_order_has_a_commit_of_its_own(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = confirmed(stage)
    monkeypatch.setattr(together, "BRIEFLY", -1.0)  # whatever passes is long
    commits = commits_of_notes(stage)
    assert [notes_of(stage, each) for each in placed] == [[State.CONFIRMED] * 2] * ORDERS
    assert (commits["attempt"], commits["settle"]) == (ORDERS, 1)


def test_an_order_whose_look_is_old_by_its_turn_is_looked_at_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = confirmed(stage)
    monkeypatch.setattr(order_status, "FRESH", -1.0)  # every look is old, but for the first of each commit
    stage.notes()
    assert notes_of(stage, first) == notes_of(stage, second) == [State.CONFIRMED] * 2
    assert notes_of(stage, third) == [State.QUEUED] * 2
    assert stage.delivery(third, "comment", STATUS).reason == together.UNSENT
    stage.notes()
    assert notes_of(stage, third) == [State.CONFIRMED] * 2
    assert [len(stage.comments(each)) for each in (first, second, third)] == [1] * ORDERS


def test_a_comment_behind_a_number_that_ended_the_cycle_has_not_left_and_goes_with_the_next(
    stage: Stage,
) -> None:
    first, *others = confirmed(stage)
    stage.break_shop("refuse", method="POST", path="/V1/orders$")
    stage.notes()
    comment = stage.delivery(first, "comment", STATUS)
    assert comment.state is State.QUEUED
    assert comment.reason == together.UNSENT
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


def test_a_process_that_dies_between_two_orders_of_one_commit_leaves_both_in_doubt_and_writes_none_twice(
    stage: Stage,
) -> None:
    first, second, third = confirmed(stage)

    def dies(label: str, when: str) -> None:
        if label == "settle" and when == "before":
            raise KeyboardInterrupt  # the notes of the last two, whose attempts had one commit, are there

    database.set_trip(dies)
    with pytest.raises(KeyboardInterrupt):
        stage.notes()
    database.set_trip(None)
    assert [notes_of(stage, each) for each in (second, third)] == [[State.SENDING] * 2] * 2
    stage.reopen()
    stage.notes(after=SETTLED)
    stage.notes(after=SETTLED)
    assert [notes_of(stage, each) for each in (first, second, third)] == [[State.CONFIRMED] * 2] * ORDERS
    assert [len(stage.comments(each)) for each in (first, second, third)] == [1] * ORDERS
