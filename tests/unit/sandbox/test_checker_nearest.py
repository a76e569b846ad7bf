"""The checker lets a cent pass where no net comes to the store's total, and nowhere else."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tidegate_sandbox.checker_nearest import is_nearest, stands

D = Decimal
TAXED, UNTAXED = {"net": "36.42", "tax": "2.19"}, {"net": "1.00", "tax": "0"}


@pytest.mark.parametrize(
    ("gross", "wanted", "lines", "percents", "passes"),
    [
        ("38.61", "38.60", [TAXED], ["6"], True),
        ("38.59", "38.60", [TAXED], ["0", "6"], True),  # a kit's own line has no rate
        ("38.62", "38.60", [TAXED], ["6"], False),  # two cents
        ("38.62", "38.61", [TAXED], ["6"], False),  # 36.42 comes to it
        ("38.61", "38.60", [TAXED, UNTAXED], ["6"], False),  # the other line can take the cent
        ("38.61", "38.60", [TAXED], ["6", "20"], False),  # 32.17 at 20 % comes to it
        ("38.61", "38.60", [TAXED], [], False),
    ],
)
def test_a_cent_that_no_net_can_meet(
    gross: str, wanted: str, lines: list[Any], percents: list[str], passes: bool
) -> None:
    assert is_nearest(D(gross), D(wanted), {"lines": lines}, {"tax_percents": percents}) is passes


@pytest.mark.parametrize(
    ("gross", "within", "passes"),
    [
        ("38.60", "0", True),
        ("38.61", "0", False),  # whoever is told the tax comes to the cent
        ("38.65", "0.05", True),  # whoever taxes by schedules of its own comes near enough
        ("38.55", "0.05", True),
        ("38.66", "0.05", False),
    ],
)
def test_a_company_with_a_tax_of_its_own_comes_within_the_tolerance(
    gross: str, within: str, passes: bool
) -> None:
    there = {"gross": gross, "lines": [TAXED]}
    terms = SimpleNamespace(within=D(within), has_rounding=True)
    assert stands(D("38.60"), there, {"tax_percents": ["6"]}, terms) is passes
