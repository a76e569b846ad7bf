"""Weeks of Sage 100 bite: an agent that posts what the clerk has not."""

from __future__ import annotations

import pytest

from simulation.test_weeks_of_products import SHAPE
from tidegate.simulation.run import run_week
from unit.agent.agent_bugs import the_agent_posts_before_it_leaves

ORDERS = 1  #: a week of orders alone


@pytest.mark.slow
def test_an_agent_that_posts_the_sales_journal_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    the_agent_posts_before_it_leaves(monkeypatch)
    outcome = run_week(ORDERS, sage="sage100", **SHAPE)
    assert "the sales journal was posted by tidegate" in {each["text"] for each in outcome.violations}
