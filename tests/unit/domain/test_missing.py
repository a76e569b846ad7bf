"""Everything that an order misses is said at once; it waits for the first."""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing import together

SKU = Failure(Code.UNKNOWN_SKU, "Sage has no product 'A'.", missing="sku:A", sent=False)
OTHER = Failure(Code.UNKNOWN_SKU, "Sage has no product 'B'.", missing="sku:B", sent=False)
SUM = Failure(Code.TOTALS_DIFFER, "the totals differ", sent=False)


def test_several_missing_things_are_one_failure_that_names_all() -> None:
    found = together([SKU, OTHER, SKU])
    assert found is not None
    assert (found.code, found.missing) == (Code.UNKNOWN_SKU, "sku:A")
    assert found.text == "Sage has no product 'A'. Sage has no product 'B'."
    assert found.details["missing"] == "sku:A, sku:B"


def test_one_or_none_stays_as_it_is() -> None:
    assert together([]) is None
    assert together([SKU]) is together([SKU, SKU, SUM]) is SKU


def test_what_is_no_missing_thing_counts_alone() -> None:
    assert together([SUM, SKU]) is SUM
