"""A first read leaves out what is older than the first order of ours, however much of it there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.intacct_stand import IntacctStand
from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import delta, goods, make_order, send
from tidegate.sage.intacct import client, documents
from tidegate.sage.port.outcomes import Accepted

OTHERS = 40  #: documents of other channels


@pytest.fixture
def stand() -> Iterator[IntacctStand]:
    """A company that has sold by telephone before the shop was opened."""
    made = IntacctStand()
    for _ in range(OTHERS):
        sold = made.do("other-channel-sale", item="HUB-0002", quantity="1", channel="telephone")
        made.do("despatch", order=sold["order"])
    made.do("invoice-run")
    yield made
    made.close()


def rows_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each page brings from now on."""
    taken, counts = client._taken, []

    def counting(*args: Any) -> Any:
        found = taken(*args)
        counts.append(len(found[0]) if isinstance(found, tuple) else 0)
        return found

    monkeypatch.setattr(client, "_taken", counting)
    return counts


def sell(stand: IntacctStand, session: Opened) -> str:
    sent = send(session, make_order(stand, 213, goods(stand)))
    assert isinstance(sent, Accepted)
    stand.do("despatch", order=sent.number)
    stand.do("invoice-run")
    return sent.number


def test_before_the_first_order_nothing_is_read(stand: IntacctStand, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = rows_read(monkeypatch)
    with opened(stand.company) as session:
        for desk in (session.despatches, session.invoices, session.progress):
            assert delta(desk.read(None)).rows == ()
    assert sum(counts) == 0


def test_what_is_older_is_not_asked_for(stand: IntacctStand, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(stand.company) as session:
        number = sell(stand, session)
        counts = rows_read(monkeypatch)
        assert [one.order_number for one in delta(session.despatches.read(None)).rows] == [number]
        assert len(delta(session.invoices.read(None)).rows) == 1
        assert [one.order_number for one in delta(session.progress.read(None)).rows] == [number]
    assert sum(counts) < OTHERS


def test_the_bug_that_reads_everything_shows(stand: IntacctStand, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = documents.changes
    monkeypatch.setattr(
        documents, "changes", lambda client, queries, cursor, begin: changes(client, queries, cursor)
    )
    with opened(stand.company) as session:
        sell(stand, session)
        counts = rows_read(monkeypatch)
        delta(session.despatches.read(None))
    assert sum(counts) > OTHERS


def test_what_comes_later_is_seen(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        cursor = delta(session.despatches.read(None)).cursor
        number = sell(stand, session)
        assert [one.order_number for one in delta(session.despatches.read(cursor)).rows] == [number]
