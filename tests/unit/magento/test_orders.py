"""Reading what changed: complete in every order of events, and the one bad order set aside."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidegate.magento.orders import OrderPage, OrderReader
from unit.magento.fake_store import (
    DAY,
    START,
    FakeStore,
    FixedWebsites,
    at,
    document,
    filled,
    ids,
    read,
    shuffled,
    trouble,
)

# Complete


def test_one_page_is_one_call() -> None:
    store = filled(7)
    result = read(store)
    assert ids(result) == list(range(1, 8))
    assert (result.calls, result.failure, result.read_up_to) == (1, None, START + DAY)


def test_an_empty_window_is_one_call() -> None:
    result = read(FakeStore())
    assert (result.orders, result.calls, result.read_up_to) == ([], 1, START + DAY)


def test_pages_follow_each_other_by_the_last_row() -> None:
    store = filled(95)
    result = read(store)
    assert ids(result) == list(range(1, 96))
    assert result.calls == 10
    assert not any("currentPage%5D=2" in request for request in store.requests)


def test_the_window_is_half_open() -> None:
    store = filled(20)
    result = read(store, since=START + timedelta(seconds=5), until=START + timedelta(seconds=9))
    assert ids(result) == [6, 7, 8, 9]


def test_fractions_of_a_second_never_skip_the_second_they_are_in() -> None:
    store = filled(20)
    half = timedelta(seconds=9, milliseconds=500)
    first = read(store, until=START + half)
    assert first.read_up_to == START + timedelta(seconds=9)
    assert first.read_up_to is not None
    second = read(store, since=first.read_up_to)
    assert sorted(ids(first) + ids(second)) == list(range(1, 21))


def test_point_14_ties_on_updated_at_at_every_page_boundary() -> None:
    """Twenty-five orders of one second, pages of four: no boundary falls between seconds."""
    store = FakeStore()
    for number in range(25):
        store.add(100 - number, 7)
    store.add(1, 6)
    store.add(2, 8)
    result = read(store, page_size=4)
    assert ids(result) == [1, *range(76, 101), 2]
    assert result.read_up_to == START + DAY


def test_point_15_a_list_that_is_null_is_empty() -> None:
    store = FakeStore(null_lists=True)
    pages = list(store.reader().audit(START))
    assert [page.done for page in pages] == [True]
    assert "fields=" in store.requests[0]


def test_rows_that_move_away_while_paging_hide_no_other() -> None:
    """Orders of the first page change while it is read: by page number the second would skip rows."""
    store = filled(60)

    def before(number: int) -> None:
        if number > 1:
            for entity_id in range(number * 3, number * 3 + 3):
                store.change(entity_id, 200_000 + entity_id)

    store.before = before
    result = read(store)
    moved = {entity_id for entity_id, order in store.orders.items() if order["updated_at"] >= at(100_000)}
    assert moved
    assert set(ids(result)) | moved == set(range(1, 61))
    assert result.failure is None


def test_a_row_that_changes_inside_of_the_window_comes_in_its_newest_revision() -> None:
    store = filled(40)
    store.before = lambda number: store.change(3, 39) if number == 2 else None
    result = read(store)
    assert sorted(ids(result)) == list(range(1, 41))
    assert [o.updated_at for o in result.orders if o.entity_id == 3] == [START + timedelta(seconds=39)]


def test_late_commits_are_found_by_the_overlap() -> None:
    """An order whose transaction ends after the read has an `updated_at` from before it."""
    store = filled(30)
    first = read(store, until=START + timedelta(seconds=60))
    store.add(31, 55)
    assert first.read_up_to is not None
    assert ids(read(store, since=first.read_up_to)) == []
    overlapped = read(store, since=first.read_up_to - timedelta(seconds=15))
    assert 31 in ids(overlapped)


def test_a_page_cap_of_twenty_is_no_end() -> None:
    store = filled(75)
    store.cap = 20
    result = read(store, page_size=100)
    assert ids(result) == list(range(1, 76))
    assert result.calls == 4


def test_point_28_a_refused_page_size_is_remembered() -> None:
    store = filled(50)
    store.limit = 20
    reader = store.reader()
    first = reader.read_changed(START, START + DAY, page_size=100)
    again = reader.read_changed(START, START + DAY, page_size=100)
    assert (len(first.orders), first.calls) == (50, 4)
    assert (len(again.orders), again.calls) == (50, 3)


@pytest.mark.parametrize("seed", range(5))
def test_a_store_that_ignores_the_sort_order(seed: int) -> None:
    store = filled(83)
    store.sort = shuffled(seed)
    result = read(store)
    assert sorted(ids(result)) == list(range(1, 84))
    assert (result.failure, result.read_up_to) == (None, START + DAY)
    assert result.calls < 45


def test_a_store_that_sorts_by_id_only_and_looks_right_on_the_first_page() -> None:
    """Ids 1 to 40 in ascending order of change, but order 90 changed early: it is behind the cursor."""
    store = filled(40, every=10)
    store.add(90, 35)
    store.sort = lambda found: sorted(found, key=lambda order: order["entity_id"])
    result = read(store)
    assert sorted(ids(result)) == [*range(1, 41), 90]
    assert result.failure is None


def test_the_cursor_waits_until_a_page_is_proved_complete() -> None:
    store = filled(40, every=10)
    store.add(90, 35)
    store.sort = lambda found: sorted(found, key=lambda order: order["entity_id"])
    seen: set[int] = set()
    for page in store.reader().pages(START, START + DAY, page_size=10):
        seen |= {order.entity_id for order in page.orders}
        missing = [o for o in store.orders.values() if o["entity_id"] not in seen]
        if page.read_up_to is not None and missing:
            assert min(order["updated_at"] for order in missing) >= page.read_up_to.strftime(
                "%Y-%m-%d %H:%M:%S"
            )


def test_a_count_below_what_came_ends_nothing() -> None:
    store = filled(35)
    store.count_of = lambda found, shown: 0
    result = read(store)
    assert ids(result) == list(range(1, 36))


def test_a_store_that_counts_rows_which_it_hides_is_not_read_past_them() -> None:
    store = filled(35)
    store.count_of = lambda found, shown: found + 3
    pages = list(store.reader().pages(START, START + DAY, page_size=10))
    assert pages[-1].failure is not None
    assert "hides" in pages[-1].failure.text
    assert pages[-1].read_up_to is not None
    assert pages[-1].read_up_to <= START + timedelta(seconds=30)


def hide_all_behind(store: FakeStore, last: int) -> Callable[[int], None]:
    """From the request behind `last` on the store counts 25 rows and shows none."""

    def before(number: int) -> None:
        if number > last:
            store.sort = lambda rows: []
            store.count_of = lambda found, shown: 25

    return before


def test_a_page_that_fails_first_and_then_shows_nothing_of_what_it_counts_ends_the_read_in_words() -> None:
    store = filled(35)
    store.failing = lambda number, url: trouble() if number == 3 else None
    store.before = hide_all_behind(store, 3)
    pages = list(store.reader().pages(START, START + DAY, page_size=10))
    assert pages[-1].failure is not None
    assert "shows none of them" in pages[-1].failure.text


def test_pages_that_are_too_large_become_smaller_for_the_rest_of_the_read() -> None:
    """An answer beyond the size limit, or beyond the timeout, is no bad order's fault."""
    store = filled(400)
    size = len(json.dumps(document(1, at(1))))
    reader = OrderReader(store.client(max_bytes=size * 30), "main", FixedWebsites())
    result = reader.read_changed(START, START + DAY, page_size=100)
    assert ids(result) == list(range(1, 401))
    assert result.unreadable == []
    assert result.calls < 45


# Whatever happens


@settings(max_examples=60, deadline=None)
@given(
    seconds=st.lists(st.integers(0, 12), min_size=1, max_size=60),
    poison=st.sets(st.integers(1, 60), max_size=4),
    cap=st.sampled_from([None, 1, 3, 7]),
    size=st.integers(1, 12),
    order=st.sampled_from(["as asked", "by id", "backwards", "shuffled"]),
    moves=st.lists(st.tuples(st.integers(1, 20), st.integers(1, 60)), max_size=6),
)
# the second unreadable order is found where the traversal reads again, before the first one
@example([*[0] * 17, 1, *[0] * 5, 1, 1, *[0] * 7, 1], {19, 33}, None, 1, "shuffled", [])
def test_no_order_is_ever_lost(
    seconds: list[int],
    poison: set[int],
    cap: int | None,
    size: int,
    order: str,
    moves: list[tuple[int, int]],
) -> None:
    """Every order of the window is read, named, or has left the window; the cursor tells the truth."""
    store = FakeStore(cap=cap)
    for number, second in enumerate(seconds, 1):
        store.add(number, second)
    store.poison = poison & store.orders.keys()
    store.sort = {
        "as asked": None,
        "by id": lambda found: sorted(found, key=lambda one: one["entity_id"]),
        "backwards": lambda found: sorted(found, key=lambda one: (one["updated_at"], one["entity_id"]))[::-1],
        "shuffled": shuffled(1),
    }[order]

    def before(request: int) -> None:
        for when, entity_id in moves:
            if when == request and entity_id in store.orders:
                store.change(entity_id, 1000 + request)

    store.before = before
    until = START + timedelta(seconds=500)
    known: set[int] = set()
    pages: list[OrderPage] = []
    for page in store.reader().pages(START, until, page_size=size):
        pages.append(page)
        known |= {one.entity_id for one in page.orders} | {one.entity_id for one in page.unreadable}
        if page.read_up_to is not None:
            upto = page.read_up_to.strftime("%Y-%m-%d %H:%M:%S")
            left = [key for key, one in store.orders.items() if one["updated_at"] < upto]
            assert set(left) <= known
    assert {one.entity_id for page in pages for one in page.unreadable} <= store.poison
    assert pages[-1].done or pages[-1].failure is not None
    if len(store.poison) <= 1 < len(store.orders) - len(moves):
        assert pages[-1].done
