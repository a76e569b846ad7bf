"""Products that find orders by the customer's order number alone: it is asked for with the connection's prefix."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from integration.flows.conftest import InMemory
from integration.flows.stage import SETTLED
from tidegate.domain.errors import Code, Failure
from tidegate.domain.states import State
from tidegate.flows.connection import Connection
from tidegate.flows.orders import cancellations
from tidegate.ledger.keys import Source
from tidegate.sage.port.orders import OrderKey


def test_a_cancelled_order_is_looked_up_by_the_number_that_it_was_sent_with(in_memory: InMemory) -> None:
    """Seen before: without the prefix it was "never sent", and the company delivered it."""
    stage = in_memory(finds_by_number=True)
    stage.reopen(reference_prefix="W-")
    refused = Failure(Code.REFUSED, "the answer was a refusal, and the order is in the books all the same")
    stage.inject("send", refused, carried_out=True)
    placed = stage.order()
    stage.cycle()
    assert stage.state(placed) is State.REVIEW
    stage.shopper.cancel(placed)
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CANCELLED
    assert [each["status"] for each in stage.in_sage(placed)] == ["cancelled"]


def test_a_look_up_without_the_prefix_is_found(in_memory: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    right = cancellations.search_keys

    def bare(connection: Connection, numbers: Mapping[Source, str]) -> dict[Source, OrderKey]:
        """A deliberate bug: the number as the store has it."""
        return {
            source: OrderKey(each.key, numbers[source]) for source, each in right(connection, numbers).items()
        }

    monkeypatch.setattr(cancellations, "search_keys", bare)
    with pytest.raises(AssertionError):
        test_a_cancelled_order_is_looked_up_by_the_number_that_it_was_sent_with(in_memory)
