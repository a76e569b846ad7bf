"""Sage 100 read by SData feeds and by business objects: what the port asks about reading, and what neither may hide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from conformance.rooms import SAGE_100_BY_FEEDS
from tidegate.conformance.orders import *
from tidegate.conformance.reading_fulfilment import *
from tidegate.conformance.reading_stock import *
from tidegate.conformance.stand import Stand
from tidegate_agent.caller import TablesFailed
from tidegate_agent.sage100.reader import AllOf, AnyOf, Where
from tidegate_agent.sage100.sdata import SDataReader
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.sage100.backend import Host
from tidegate_sandbox.sage100.demo import demo_installation


@pytest.fixture(params=SAGE_100_BY_FEEDS)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A company whose tables are read so."""
    built = SAGE_100_BY_FEEDS[request.param]()
    yield built
    built.close()


class Fetched:
    """The feeds of a company, and what was asked."""

    def __init__(self) -> None:
        self.host = Host(demo_installation(SandboxClock.running(), items=230))
        self.asked: list[str] = []
        self.change: Any = None

    def fetch(self, statement: str) -> list[dict[str, Any]]:
        self.asked.append(statement)
        found = self.host.fetch("ABC", statement)
        if self.change is not None:
            self.change(len(self.asked), found[0])
        return found


def test_feeds_are_narrowed_by_one_equality_and_the_rest_is_looked_at() -> None:
    feeds = Fetched()
    reader = SDataReader(feeds, "ABC")
    rows = reader.rows(
        "CI_Item",
        ("ItemCode", "StandardUnitPrice"),
        [Where("ItemCode", "IN", ["HUB-0001", "HUB-0002", "O'NEILL"]), Where("StandardUnitPrice", ">", 0)],
        order=("ItemCode",),
    )
    assert [row["ItemCode"] for row in rows] == ["HUB-0001", "HUB-0002"]
    [asked] = feeds.asked
    assert parse_qs(asked)["where"] == [
        "ItemCode eq 'HUB-0001' or ItemCode eq 'HUB-0002' or ItemCode eq 'O''NEILL'"
    ]


def test_all_pages_are_read_and_compared_as_the_other_readers_compare() -> None:
    feeds = Fetched()
    reader = SDataReader(feeds, "ABC")
    rows = reader.rows("CI_Item", ("ItemCode",), order=("ItemCode",))
    assert len(rows) > 200
    assert len(feeds.asked) == 3
    half = rows[len(rows) // 2]["ItemCode"]
    beyond = AnyOf((Where("ItemCode", ">", half), AllOf((Where("ItemCode", "=", half),))))
    assert (
        reader.rows("CI_Item", ("ItemCode",), [beyond], order=("ItemCode",), top=5)
        == rows[len(rows) // 2 : len(rows) // 2 + 5]
    )


def test_a_table_that_changes_while_it_is_read_is_read_once_more_and_then_given_up() -> None:
    feeds = Fetched()
    reader = SDataReader(feeds, "ABC")

    def grows(call: int, answer: dict[str, Any]) -> None:
        if call == 2:
            answer["feed"] = answer["feed"].replace(b"totalResults>2", b"totalResults>3")

    feeds.change = grows
    assert len(reader.rows("CI_Item", ("ItemCode",))) > 200
    feeds.asked.clear()
    feeds.change = lambda call, answer: grows(2 - call % 2, answer)
    with pytest.raises(TablesFailed, match="changed while"):
        reader.rows("CI_Item", ("ItemCode",))


def test_a_field_that_is_not_there_is_seen_in_an_empty_table_too() -> None:
    reader = SDataReader(Fetched(), "ABC")
    assert reader.rows("SO_SalesOrderHeader", ("UDF_MAGENTO_ORDER",), top=1) == []
    with pytest.raises(Exception, match="42S22"):
        reader.rows("SO_SalesOrderHeader", ("UDF_OF_NOBODY",), top=1)
