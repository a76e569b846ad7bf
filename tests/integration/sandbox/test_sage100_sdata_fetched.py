"""SData feeds over a real socket, by the agent's own fetcher: the same rows as by ODBC, and refusals by their status."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tidegate_agent.caller import TablesFailed
from tidegate_agent.sage100.reader import Reader, Where
from tidegate_agent.sage100.sdata import Feeds, SDataReader
from tidegate_agent.settings import read
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage100.backend import Host
from tidegate_sandbox.sage100.build import build
from tidegate_sandbox.sage100.demo import demo_installation
from tidegate_sandbox.server import SandboxServer

START = datetime(2026, 3, 2, 15, tzinfo=UTC)


class OfOneCompany:
    def __init__(self, source: Any) -> None:
        self._source = source

    def fetch(self, statement: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = self._source.fetch("ABC", statement)
        return found


@pytest.fixture
def served() -> Iterator[tuple[Host, str]]:
    clock = SandboxClock.virtual(START)
    installation = demo_installation(clock, items=130)
    _, wire = build(clock, FaultPlan(), lambda _made: lambda _environ, _start: [], installation)
    with SandboxServer(wire) as server:
        yield Host(installation), server.url


def feeds(url: str, password: str = "secret") -> SDataReader:
    sage = {"user": "tidegate", "companies": ["ABC"], "reader": "sdata", "sdata_url": url}
    settings = read({"journal": "j", "sage100": sage})
    return SDataReader(OfOneCompany(Feeds(settings, lambda _name: password)), "ABC")


def test_all_pages_come_over_http(served: tuple[Host, str]) -> None:
    host, url = served
    asked: dict[str, Any] = {
        "columns": ("ItemCode", "StandardUnitPrice", "DateUpdated"),
        "order": ("ItemCode",),
    }
    by_odbc = Reader(OfOneCompany(host), "odbc", "ABC").rows("CI_Item", **asked)
    assert len(by_odbc) > 100
    assert feeds(url).rows("CI_Item", **asked) == by_odbc
    where = [Where("ItemCode", "IN", ["HUB-0001", "HUB-0002"])]
    assert len(feeds(url).rows("CI_Item", ("ItemCode",), where)) == 2


def test_a_refusal_has_the_state_of_its_status(served: tuple[Host, str]) -> None:
    _, url = served
    with pytest.raises(TablesFailed, match="28000 status 401"):
        feeds(url, "wrong").rows("CI_Item", ("ItemCode",))
    with pytest.raises(TablesFailed, match="42S02 status 404"):
        feeds(url).rows("NO_Such", ("ItemCode",))
    with pytest.raises(TablesFailed, match="08001"):
        feeds("http://127.0.0.1:1").rows("CI_Item", ("ItemCode",))
