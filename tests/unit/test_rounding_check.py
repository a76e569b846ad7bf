"""What `check` says of the rounding line: each product needs something else for it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.domain.orders.expressed import Charged
from tidegate.engine.mapping_check import check_rounding


@dataclass(frozen=True)
class Terms:
    """As much of the terms as is asked for."""

    rounding_as: Charged = Charged.FREE_TEXT
    default_account: bool = True

    def tax_code(self, rate: str) -> str:
        return "0"


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        (Terms(), "the rounding line goes to Sage's default account"),
        (Terms(default_account=False), "orders that need a rounding line are held"),
    ],
)
def test_without_an_account_it_is_said_what_follows(terms: Any, text: str) -> None:
    rounding = SimpleNamespace(tolerance=Decimal("0.05"), account="", tax_code="")
    settings: Any = SimpleNamespace(rounding=rounding)
    facts: Any = SimpleNamespace(lists={})
    first = next(iter(check_rounding("connections.web", settings, terms, facts)))

    assert (first.subject, first.verdict) == ("rounding account", "warn")
    assert text in first.text


def test_a_product_that_has_it_in_the_order_itself_needs_no_account() -> None:
    rounding = SimpleNamespace(tolerance=Decimal("0.05"), account="", tax_code="")
    terms: Any = Terms(Charged.HEADER_FIELD)
    settings: Any = SimpleNamespace(rounding=rounding)
    [only] = check_rounding("connections.web", settings, terms, facts=SimpleNamespace(lists={}))  # type: ignore[arg-type]

    assert only.verdict == "pass"
