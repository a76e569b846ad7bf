"""Day end of Sage 300 meets a locked period: the postings are in an error batch, which is seen, named and traced."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.sage300.conftest import Two
from tidegate.engine import chains
from tidegate.flows.books import books
from tidegate.ledger import alerts, trace
from tidegate.sage.sage300 import error_batches

ALERT = "postings-refused"


def invoiced(two: Two) -> int:
    """A web order whose invoice day end has taken after its period was locked."""
    two.face.options.day_end = "by_people"
    placed = two.order("default")
    two.cycle("web")
    company = two.face.company
    [order] = two.booked("SAMLTD").values()
    two.face.perform("despatch", {"order": order.number})
    two.face.perform("invoice-run", {})
    [invoice] = company.invoices.table
    company.set_period(invoice.date, is_open=False)
    two.face.perform("day-end", {})
    return placed


def learnt(two: Two) -> int:
    """How many entries' postings became known."""
    two.clock.advance(timedelta(minutes=10).total_seconds())
    found = books.learn(two.hub.connections["web"])
    assert found.failure is None
    return found.posted


def open_alerts() -> list[str]:
    return [one.text for one in alerts.open_alerts() if one.code == ALERT]


def missing(two: Two, placed: int) -> list[str]:
    """What the trace of the order says of postings that are not there."""
    found = chains.report(trace.trace(two.shop.orders.any(placed).row["increment_id"])[0])
    assert found is not None
    return [text for text in found["missing"] if "ledger entry" in text]


def test_it_is_seen_named_and_traced_until_it_is_posted(two: Two) -> None:
    placed = invoiced(two)
    assert learnt(two) == 0
    [text] = open_alerts()
    [invoice] = two.face.company.invoices.table
    number = invoice.number
    assert f"{number} is in the G/L error batch 000900" in text
    assert [f"{number} is in the G/L error batch 000900" in one for one in missing(two, placed)] == [True]

    two.face.perform("post-error-batches", {})
    assert learnt(two) == 0, "its period is still locked"
    two.face.company.set_period(invoice.date, is_open=True)
    two.face.perform("post-error-batches", {})
    assert learnt(two) == 1
    assert open_alerts() == []
    assert missing(two, placed) == []


def test_without_the_right_to_batches_it_is_not_posted_and_nothing_more_is_known(two: Two) -> None:
    two.face.options.denied = frozenset({(error_batches.RESOURCE, "GET")})
    placed = invoiced(two)
    assert learnt(two) == 0
    assert open_alerts() == []
    assert ["have not been read yet" in one for one in missing(two, placed)] == [True]


def test_a_hub_that_does_not_look_there_is_found(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(error_batches, "refused", lambda *_: {})
    with pytest.raises(ValueError, match="not enough values"):
        test_it_is_seen_named_and_traced_until_it_is_posted(two)
