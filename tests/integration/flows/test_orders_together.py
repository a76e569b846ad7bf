"""The attempts of a few orders are recorded by one commit; what has certainly not left goes with the next cycle."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from integration.flows.stage import SETTLED, Stage
from tidegate.domain.states import State
from tidegate.flows.orders.leaving import Leaving
from tidegate.flows.writing import together
from tidegate.ledger import database

ORDERS = 5  # one, then two, then the last two


def in_sage(stage: Stage, placed: list[int]) -> list[int]:
    """How often each of the orders is there."""
    return [len(stage.in_sage(each)) for each in placed]


def commits_of_orders(stage: Stage) -> Counter[str]:
    commits: Counter[str] = Counter()
    database.set_trip(lambda label, when: commits.update([label] if when == "after" else []))
    stage.cycle()
    database.set_trip(None)
    return commits


def test_more_and_more_orders_have_one_commit(stage: Stage) -> None:
    placed = stage.orders(ORDERS, "guest")
    assert commits_of_orders(stage)["attempt"] == 3
    assert stage.states(placed) == {State.CONFIRMED}
    assert in_sage(stage, placed) == [1] * ORDERS


def test_of_a_slow_company_each_order_has_a_commit_of_its_own(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = stage.orders(ORDERS, "guest")
    monkeypatch.setattr(together, "BRIEFLY", -1.0)  # whatever passes is long
    assert commits_of_orders(stage)["attempt"] == ORDERS
    assert stage.states(placed) == {State.CONFIRMED}


def test_a_company_that_closes_between_two_calls_leaves_the_second_one_waiting(stage: Stage) -> None:
    placed = stage.orders(ORDERS, "guest")
    stage.break_sage("status", on="send", status=429, retry_after=300, skip=1)  # the first of two
    stage.cycle()
    assert [stage.state(each) for each in placed] == [State.CONFIRMED, *[State.QUEUED] * 4]
    assert stage.delivery(placed[2]).reason == together.UNSENT
    assert {stage.delivery(each).failures for each in placed} == {0}
    stage.mend()
    stage.cycle(after=SETTLED)
    assert stage.states(placed) == {State.CONFIRMED}
    assert in_sage(stage, placed) == [1] * ORDERS


def test_a_process_that_dies_between_two_calls_leaves_both_in_doubt_and_sends_none_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = stage.orders(ORDERS, "guest")
    call, sent = Leaving.call, list[str]()

    def dies(self: Leaving, records: Any) -> Any:
        sent.extend(record.key for record in records)
        if len(sent) == 3:
            database.set_trip(lambda _label, _when: (_ for _ in ()).throw(KeyboardInterrupt()))
            raise KeyboardInterrupt  # nothing that follows reaches the ledger
        return call(self, records)

    monkeypatch.setattr(Leaving, "call", dies)
    with pytest.raises(KeyboardInterrupt):
        stage.cycle()
    database.set_trip(None)
    monkeypatch.undo()
    assert [stage.state(each) for each in placed[1:3]] == [State.SENDING] * 2
    assert in_sage(stage, placed) == [1, 1, 0, 0, 0]
    stage.reopen()
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    assert stage.states(placed) == {State.CONFIRMED}
    assert in_sage(stage, placed) == [1] * ORDERS


def test_an_error_of_ours_in_one_call_leaves_only_that_one_in_doubt(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = stage.orders(ORDERS, "guest")
    call, sent = Leaving.call, list[str]()

    def breaks(self: Leaving, records: Any) -> Any:
        sent.extend(record.key for record in records)
        if len(sent) == 2:
            raise ZeroDivisionError("nobody foresaw this")
        return call(self, records)

    monkeypatch.setattr(Leaving, "call", breaks)
    stage.cycle()
    monkeypatch.undo()
    assert [stage.state(each) for each in placed[1:3]] == [State.SENDING, State.QUEUED]
    assert stage.delivery(placed[2]).reason == together.UNSENT
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    assert stage.states(placed) == {State.CONFIRMED}
    assert in_sage(stage, placed) == [1] * ORDERS
