"""Weeks of Sage 50 bite: a bug of its room, and the promise that a short week finds broken."""

from __future__ import annotations

from typing import Any

import pytest

from simulation.test_weeks_of_products import SHAPE
from tidegate.sage.sage50 import doorbell
from tidegate.sage.sage50.scope_files import ScopeFiles
from tidegate.simulation.run import run_week

#: A week with every flow, and one in which the platform's calls are forged while notifications wait.
WITH_EVERY_FLOW, FORGED = 14, 4


@pytest.mark.slow
def test_a_file_that_stays_as_old_as_at_first_sells_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    latest = ScopeFiles.latest

    def aged(self: Any, scope: str) -> Any:
        good, found = self.last_good(scope), latest(self, scope)
        if getattr(found, "checksum", "") != getattr(good, "checksum", None):
            return found
        self._good[scope] = good
        return good

    monkeypatch.setattr(ScopeFiles, "latest", aged)
    outcome = run_week(WITH_EVERY_FLOW, sage="sage50", **SHAPE)
    assert "each sale counts once" in {each["promise"] for each in outcome.violations}


@pytest.mark.slow
def test_a_forged_call_back_that_is_trusted_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "signed", lambda *_: True)
    with pytest.raises(ValueError, match="forged"):
        run_week(FORGED, sage="sage50", **SHAPE)
