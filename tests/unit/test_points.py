"""Each numbered point of the Magento contract (*What bites*) has a test that is named after it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"^ *def test_point_(\d+)_", re.MULTILINE)
PROVEN = {
    int(number) for path in sorted(TESTS.rglob("test_*.py")) for number in NAMED.findall(path.read_text())
}
LAST = 40


@pytest.mark.parametrize("point", range(1, LAST + 1))
def test_each_point_has_a_test_of_its_name(point: int) -> None:
    assert point in PROVEN


def test_no_test_is_named_after_a_point_that_there_is_not() -> None:
    assert set(range(1, LAST + 1)) >= PROVEN
