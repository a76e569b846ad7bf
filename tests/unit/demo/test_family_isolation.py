"""When a company's closing counts as its own business alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tidegate.demo.family.scenario import ClosingReport

ALONE = ClosingReport(
    "x3", waited=["10000000001 queued: "], delayed={"intacct": []}, cycles={"intacct": 2, "sage50": 1}
)


def test_its_own_order_waits_and_all_others_go_on() -> None:
    assert ALONE.is_alone


@pytest.mark.parametrize(
    "trouble",
    [
        {"waited": []},  # it was not closed at all
        {"delayed": {"intacct": ["6000000001 queued: the company is closed"]}},
        {"cycles": {"intacct": 0, "sage50": 1}},
    ],
)
def test_an_order_or_a_cycle_of_another_that_waited_is_seen(trouble: dict[str, Any]) -> None:
    assert not replace(ALONE, **trouble).is_alone
