"""Whether rows cannot be read is told in every cycle: where there is nothing to tell, nothing is committed."""

from __future__ import annotations

from typing import Any, Never

import pytest

from integration.flows.stage import Stage
from tidegate.domain.bad_row import BadRow
from tidegate.flows import unreadable


def reported(stage: Stage, *bad: BadRow, **more: Any) -> list[tuple[str, str]]:
    unreadable.report("web", "shipments", unreadable.SAGE, bad, stage.now, **more)
    return [each for each in stage.alerts() if each[0] == unreadable.ROWS]


def test_nothing_to_tell_is_no_transaction(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(name: str) -> Never:
        raise AssertionError(f"a transaction {name} for nothing")

    bad = BadRow("despatch 41", "no quantity", 41)
    assert reported(stage, bad) == [(unreadable.ROWS, "shipments: Sage")]
    assert reported(stage, all_read=False) == [
        (unreadable.ROWS, "shipments: Sage")
    ]  # others may be unreadable still
    assert reported(stage) == []
    with monkeypatch.context() as patch:
        patch.setattr(unreadable, "transaction", opened)
        assert reported(stage) == []
    assert reported(stage, bad) == [(unreadable.ROWS, "shipments: Sage")]
