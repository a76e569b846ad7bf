"""A file that is refused whole for one record is halved until the bad one stands alone."""

from __future__ import annotations

from math import ceil, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.domain.orders.halving import Refused, parcels_of


@given(
    st.lists(st.integers(1, 500), unique=True, max_size=60),
    st.dictionaries(
        st.integers(1, 500), st.builds(Refused, st.integers(1, 5), st.integers(2, 30)), max_size=60
    ),
    st.integers(1, 30),
)
def test_each_order_goes_in_exactly_one_parcel_and_orders_refused_together_never_meet_others(
    queue: list[int], refused_with: dict[int, Refused], most: int
) -> None:
    found = parcels_of(queue, refused_with, most)
    assert sorted(each for parcel in found for each in parcel) == sorted(queue)
    assert all(1 <= len(parcel) <= most for parcel in found)
    for parcel in found:
        assert len({refused_with.get(each) for each in parcel}) == 1
    for refused in set(refused_with.values()):
        halves = [parcel for parcel in found if refused_with.get(parcel[0]) == refused]
        assert all(len(parcel) <= ceil(refused.records / 2) for parcel in halves)


@given(st.integers(1, 60), st.sets(st.integers(1, 60), max_size=6), st.integers(1, 40))
def test_every_good_order_arrives_and_every_bad_one_stands_alone_in_the_end(
    count: int, bad: set[int], most: int
) -> None:
    """The target refuses every file with a bad record in it, and never says which one it is."""
    queue, refused_with = list(range(1, count + 1)), dict[int, Refused]()
    bad &= set(queue)
    arrived: set[int] = set()
    alone: set[int] = set()
    files = refusals = 0
    while queue:
        parcel = parcels_of(queue, refused_with, most)[0]
        files += 1
        if not bad & set(parcel):
            arrived |= set(parcel)
        elif len(parcel) == 1:
            alone |= set(parcel)
        else:
            refusals += 1
            refused_with |= dict.fromkeys(parcel, Refused(files, len(parcel)))
            continue
        queue = [each for each in queue if each not in parcel]
        refused_with = {each: refused for each, refused in refused_with.items() if each in queue}
    assert arrived == set(range(1, count + 1)) - bad
    assert alone == bad
    assert refusals <= len(bad) * (ceil(log2(min(count, most))) if min(count, most) > 1 else 0)


def test_a_parcel_without_room_is_a_programmers_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        parcels_of([1], {}, 0)
