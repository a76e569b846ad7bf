"""Documents of a few orders are recorded by one commit; what has certainly not left goes with the next cycle."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED
from tidegate.domain.states import State
from tidegate.flows.writing import document_writer, together
from tidegate.flows.writing.document_writer import DocumentWriter
from tidegate.ledger import database

FLOW = "shipments"
ORDERS = 5  # one, then two, then the last two


class Shipped(Fulfilled):
    """Some orders whose goods have left the company."""

    def __init__(self, build: Build) -> None:
        super().__init__(build())
        self.placed = [self.sent() for _ in range(ORDERS)]
        for each in self.placed:
            self.despatch(each)

    @property
    def states(self) -> list[State]:
        """Of each order's shipment."""
        return [next(iter(self.steps(each, FLOW).values()), State.QUEUED) for each in self.placed]

    @property
    def made(self) -> list[int]:
        """How many shipments the store has of each order."""
        return [len(list(self.stage.shop.shipments.of(placed))) for placed in self.placed]


@pytest.fixture
def shop(build: Build) -> Shipped:
    return Shipped(build)


def commits(shop: Shipped) -> Counter[str]:
    counted: Counter[str] = Counter()
    database.set_trip(lambda label, when: counted.update([label] if when == "after" else []))
    shop.run(FLOW)
    database.set_trip(None)
    return counted


def test_more_and_more_orders_have_one_commit(shop: Shipped) -> None:
    assert commits(shop)["attempt"] == 3
    assert shop.states == [State.CONFIRMED] * ORDERS
    assert shop.made == [1] * ORDERS


def test_of_a_slow_store_each_order_has_a_commit_of_its_own(
    shop: Shipped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "BRIEFLY", -1.0)  # whatever passes is long
    assert commits(shop)["attempt"] == ORDERS
    assert shop.states == [State.CONFIRMED] * ORDERS


def test_an_order_whose_look_is_old_by_its_turn_is_looked_at_again(
    shop: Shipped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_writer, "FRESH", -1.0)  # every look is old, but for the first of each commit
    shop.run(FLOW)
    assert shop.states == [State.CONFIRMED] * 2 + [State.QUEUED, State.CONFIRMED, State.QUEUED]
    monkeypatch.undo()
    shop.run(FLOW)
    assert shop.states == [State.CONFIRMED] * ORDERS
    assert shop.made == [1] * ORDERS


def test_a_store_that_is_gone_after_the_first_of_two_has_not_got_the_second(shop: Shipped) -> None:
    shop.stage.break_shop("refuse", method="POST", path="/ship$", skip=1)
    shop.run(FLOW)
    assert shop.made == [1, 0, 0, 0, 0]
    assert State.SENDING not in shop.states
    assert shop.item(shop.placed[2], FLOW, "").reason == together.UNSENT
    shop.stage.mend()
    shop.run(FLOW, after=SETTLED)
    shop.run(FLOW, after=SETTLED)
    assert shop.states == [State.CONFIRMED] * ORDERS
    assert shop.made == [1] * ORDERS


def test_a_process_that_dies_between_two_calls_leaves_both_in_doubt_and_makes_none_twice(
    shop: Shipped, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, sent = DocumentWriter.call, list[Any]()

    def dies(self: DocumentWriter, *about: Any) -> bool:
        sent.append(about)
        if len(sent) == 3:
            database.set_trip(lambda _label, _when: (_ for _ in ()).throw(KeyboardInterrupt()))
            raise KeyboardInterrupt  # nothing that follows reaches the ledger
        return call(self, *about)

    monkeypatch.setattr(DocumentWriter, "call", dies)
    with pytest.raises(KeyboardInterrupt):
        shop.run(FLOW)
    database.set_trip(None)
    monkeypatch.undo()
    assert shop.states == [State.SENDING] * 3 + [State.QUEUED] * 2
    assert shop.made == [1, 1, 0, 0, 0]
    shop.stage.reopen()
    shop.run(FLOW, after=SETTLED)
    shop.run(FLOW, after=SETTLED)
    assert shop.states == [State.CONFIRMED] * ORDERS
    assert shop.made == [1] * ORDERS


def test_an_error_of_ours_in_one_call_leaves_the_others_of_its_commit_alone(
    shop: Shipped, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, sent = DocumentWriter.call, list[Any]()

    def breaks(self: DocumentWriter, *about: Any) -> bool:
        sent.append(about)
        if len(sent) == 2:
            raise ZeroDivisionError("nobody foresaw this")
        return call(self, *about)

    monkeypatch.setattr(DocumentWriter, "call", breaks)
    shop.run(FLOW)
    assert shop.made == [1, 0, 1, 1, 1]
    assert [state is State.CONFIRMED for state in shop.states] == [True, False, True, True, True]
