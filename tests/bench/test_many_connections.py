"""Many connections in one process: every flow of each begins once in each cadence, whoever else is there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tidegate.bench import many_connections
from tidegate.engine.fair_share import FairShare
from tidegate.engine.schedule import Due

FLOWS = ("orders", "order-status")


def check(served: many_connections.Served, rounds: int) -> None:
    names = [f"{number:04}" for number in range(served.connections)]
    assert served.begun == Counter({(name, flow): rounds for name in names for flow in FLOWS})
    assert set(served.outcomes) == {"done"}


def test_thirty_connections(tmp_path: Path) -> None:
    check(many_connections.serve(tmp_path / "here", 30, rounds=2), 2)


@pytest.mark.campaign
def test_a_thousand_connections(tmp_path: Path) -> None:
    served = many_connections.serve(tmp_path / "here", 1_000, rounds=3)
    check(served, 3)
    assert served.memory_mb < 1_000


def test_a_choice_that_forgets_a_connection_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug: the last of them never gets its turn."""
    own = FairShare.put

    def put(share: FairShare, connection: str, dues: list[Due], known: int) -> None:
        own(share, connection, [] if connection == "0003" else dues, known)

    monkeypatch.setattr(FairShare, "put", put)
    served = many_connections.serve(tmp_path / "here", 4, rounds=1)
    with pytest.raises(AssertionError):
        check(served, 1)
