"""The table that says whose key it is: one key for each source, for ever, and none for two."""

from __future__ import annotations

import pytest

from integration.ledger.making import COMPANY, NOW
from tidegate.domain.orders.stored_keys import KeyMaker, full_key, number_keys, short_keys
from tidegate.ledger import database, keys
from tidegate.ledger.keys import Source


def register(*sources: Source, make: KeyMaker = full_key, company: str = COMPANY) -> dict[Source, str]:
    """Registered, committed."""
    with database.transaction("test"):
        return keys.register(company, sources, make, NOW)


def narrow(store: str, entity_id: int, again: int) -> str:
    """Ten keys for everybody: they collide."""
    return f"M{(entity_id + again) % 10}"


def test_a_key_is_found_by_its_source_and_back(ledger: object) -> None:
    made = register(("main", 1), ("main", 2), ("other", 1))
    assert made["main", 1] == "magento:main:1"
    assert keys.of_sources([("main", 2), ("main", 9)]) == {("main", 2): "magento:main:2"}
    assert keys.sources(COMPANY, ["magento:other:1", "magento:main:9", ""]) == {
        "magento:other:1": ("other", 1)
    }


def test_a_key_stays_whatever_the_maker_says_later(ledger: object) -> None:
    (first,) = register(("main", 1)).values()
    assert register(("main", 1), make=short_keys(10)) == {("main", 1): first}
    assert register(("main", 1), company="renamed") == {("main", 1): first}
    assert keys.sources("renamed", [first]) == {first: ("main", 1)}


def test_two_sources_never_get_one_key(ledger: object) -> None:
    assert register(("main", 1), ("main", 11), ("main", 21), make=narrow) == {
        ("main", 1): "M1",
        ("main", 11): "M2",
        ("main", 21): "M3",
    }
    assert register(("main", 31), ("main", 2), make=narrow) == {("main", 31): "M4", ("main", 2): "M5"}
    assert keys.sources(COMPANY, ["M2"]) == {"M2": ("main", 11)}


def test_the_same_key_in_two_companies_is_each_ones_own(ledger: object) -> None:
    register(("main", 1), make=narrow)
    register(("main", 11), make=narrow, company="other")
    assert keys.sources(COMPANY, ["M1"]) == {"M1": ("main", 1)}
    assert keys.sources("other", ["M1"]) == {"M1": ("main", 11)}


def test_a_maker_that_repeats_itself_is_a_programmers_error(ledger: object) -> None:
    register(("main", 1), make=lambda store, entity_id, again: "M")
    with pytest.raises(RuntimeError, match="are used"):
        register(("main", 2), make=lambda store, entity_id, again: "M")


def test_where_the_number_is_the_key_two_orders_with_one_number_have_two_keys(ledger: object) -> None:
    # the target overwrites by its key: the second order would take the place of the first
    numbers = {("main", 1): "W000000123", ("other", 1): "W000000123", ("main", 2): "W000000123"}
    make = number_keys(numbers)
    assert register(("main", 2), make=make) == {("main", 2): "W000000123-2"}
    assert register(("main", 1), make=make) == {("main", 1): "W000000123-1"}
    assert register(("other", 1), make=make) == {("other", 1): "W000000123-1-2"}
    assert register(("main", 1), make=number_keys({("main", 1): "changed"})) == {("main", 1): "W000000123-1"}


def test_the_key_of_a_number_does_not_depend_on_what_the_ledger_has_seen(ledger: object) -> None:
    # a second ledger that has never heard of order 1 gave its number to order 11, which took its place (seed 72)
    make = number_keys({("main", 1): "000000001", ("main", 11): "000000001"})
    both = register(("main", 1), ("main", 11), make=make, company="seen both")
    assert register(("main", 11), make=make, company="seen one") == {("main", 11): both["main", 11]}
