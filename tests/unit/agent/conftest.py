"""What holds at the end of every test of the agent: each session that was opened was dropped or ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from tidegate_agent.keeper import Keeper

BROKEN_ON_PURPOSE = ("test_mutants", "test_gateway_mutants")


@pytest.fixture(autouse=True)
def _no_seat_leaks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Agents whose journal is closed were killed: what they held, their successor's test looks at."""
    agents: list[Keeper[Any]] = []
    start = Keeper.start

    def noted(self: Keeper[Any]) -> None:
        agents.append(self)
        start(self)

    monkeypatch.setattr(Keeper, "start", noted)
    yield
    if request.node.path.stem in BROKEN_ON_PURPOSE:
        return
    for agent in agents:
        try:
            agent.journal.open_entries()
        except sqlite3.ProgrammingError:
            continue
        assert agent.stop(), "no session is left"
        totals = agent.pool.totals
        assert totals.opened == totals.dropped + totals.killed
