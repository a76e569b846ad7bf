"""Keys of a product's own length and alphabet, made from the source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.domain.orders.keys import order_key
from tidegate.domain.orders.stored_keys import free_key, full_key, short_keys


@given(st.integers(1, 10**12), st.integers(8, 25), st.sampled_from(["0123456789", "0123456789ABCDEF"]))
def test_a_short_key_has_its_length_and_alphabet_and_stays(
    entity_id: int, length: int, alphabet: str
) -> None:
    make = short_keys(length, alphabet, "M")
    key = make("main", entity_id, 0)
    assert len(key) == length
    assert key[0] == "M"
    assert set(key[1:]) <= set(alphabet)
    assert key == short_keys(length, alphabet, "M")("main", entity_id, 0)
    assert key != make("main", entity_id, 1)


@given(st.sets(st.integers(1, 10**9), min_size=2, max_size=50))
def test_short_keys_of_other_sources_are_others(ids: set[int]) -> None:
    make = short_keys(20)
    assert len({make("main", each, 0) for each in ids}) == len(ids)
    assert make("main", 1, 0) != make("other", 1, 0)


def test_todays_key_is_the_ledgers_name_of_the_order() -> None:
    assert full_key("main", 213) == order_key("main", 213)


def test_a_taken_key_is_passed_over() -> None:
    make = short_keys(10)
    first = make("main", 1, 0)
    assert free_key(make, "main", 1, {first}) == make("main", 1, 1)


def test_too_short_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least six"):
        short_keys(5)
