"""Reading what changed: complete in every order of events, and the one bad order set aside."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.domain.errors import Code, Failure, Group
from tidegate.magento.orders import OrderReader, Page, ReadResult
from unit.magento.fake_store import (
    START,
    FakeStore,
    FixedWebsites,
    at,
    document,
    filled,
    reply,
    shuffled,
    trouble,
)

DAY = timedelta(days=1)


def read(
    store: FakeStore, *, since: datetime = START, until: datetime = START + DAY, **more: Any
) -> ReadResult:
    """A read with pages of ten."""
    return store.reader().read_changed(since, until, **{"page_size": 10, **more})


def ids(result: ReadResult) -> list[int]:
    """The entity ids that were read."""
    return [order.entity_id for order in result.orders]


def bad(result: ReadResult) -> list[int]:
    """The entity ids that were set aside."""
    return [one.entity_id for one in result.unreadable]


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


def test_pages_that_are_too_large_become_smaller_for_the_rest_of_the_read() -> None:
    """An answer beyond the size limit, or beyond the timeout, is no bad order's fault."""
    store = filled(400)
    size = len(json.dumps(document(1, at(1))))
    reader = OrderReader(store.client(max_bytes=size * 30), "main", FixedWebsites())
    result = reader.read_changed(START, START + DAY, page_size=100)
    assert ids(result) == list(range(1, 401))
    assert result.unreadable == []
    assert result.calls < 45


# One bad order


@pytest.mark.parametrize("place", [1, 2, 10, 11, 34, 66, 67])
def test_a_poison_order_is_named_and_all_others_are_read(place: int) -> None:
    store = filled(67)
    store.poison = {place}
    result = read(store, highest_known=67)
    assert ids(result) == [number for number in range(1, 68) if number != place]
    assert bad(result) == [place]
    assert (result.failure, result.read_up_to) == (None, START + DAY)
    assert result.calls <= 45


@pytest.mark.parametrize("highest_known", [0, 5, 1_000_000])
def test_the_poison_order_is_found_whatever_the_caller_knows(highest_known: int) -> None:
    store = filled(12, first=40_000)
    store.poison = {40_011}
    result = read(store, highest_known=highest_known)
    assert bad(result) == [40_011]
    assert len(result.orders) == 11


def test_only_a_poison_order() -> None:
    store = filled(1, first=7)
    store.poison = {7}
    result = read(store)
    assert (bad(result), result.orders, result.read_up_to) == ([7], [], START + DAY)


@pytest.mark.parametrize(("one", "other"), [(1, 2), (10, 11), (5, 44), (43, 44), (3, 9)])
def test_two_poison_orders(one: int, other: int) -> None:
    store = filled(44)
    store.poison = {one, other}
    result = read(store)
    assert sorted(bad(result)) == [one, other]
    assert sorted(ids(result)) == [number for number in range(1, 45) if number not in (one, other)]


def test_a_poison_order_in_a_store_that_ignores_the_sort_order() -> None:
    store = filled(60)
    store.sort = shuffled(3)
    store.poison = {17, 42}
    result = read(store)
    assert sorted(bad(result)) == [17, 42]
    assert len(result.orders) == 58


def test_a_known_unreadable_order_is_left_out_and_costs_nothing() -> None:
    store = filled(30)
    store.poison = {14}
    result = read(store, skip_ids=[14])
    assert ids(result) == [number for number in range(1, 31) if number != 14]
    assert (bad(result), result.calls) == ([], 3)


def test_an_order_that_reads_alone_but_breaks_lists_is_read_alone() -> None:
    store = filled(30)
    store.poison_in_lists = {14}
    result = read(store)
    assert sorted(ids(result)) == list(range(1, 31))
    assert bad(result) == []


def test_an_order_of_which_only_a_ruin_is_left() -> None:
    """Lists break at it, and alone it is not found."""
    store = filled(30)
    store.poison_in_lists = {14}
    store.failing = lambda number, url: (
        reply(404, {"message": "no such entity"}) if "/orders/14" in url else None
    )
    assert bad(read(store)) == [14]


def test_a_malformed_order_harms_only_itself() -> None:
    store = filled(12)
    del store.orders[5]["order_currency_code"]
    result = read(store)
    assert len(result.orders) == 11
    assert [(one.entity_id, one.code) for one in result.unreadable] == [(5, Code.MALFORMED)]
    assert "order_currency_code" in result.unreadable[0].text


def test_nothing_is_named_before_many_more_orders_were_read() -> None:
    store = filled(150)
    store.poison = {12}
    pages = list(store.reader().pages(START, START + DAY, page_size=10))
    first = next(number for number, page in enumerate(pages) if page.unreadable)
    before = [order.entity_id for page in pages[:first] for order in page.orders]
    assert len([entity_id for entity_id in before if entity_id > 12]) >= 40
    # Until then the cursor stays in front of the bad order; from then on it goes on, before the end.
    waiting = [page.read_up_to for page in pages[:first] if page.read_up_to is not None]
    assert max(waiting) <= START + timedelta(seconds=11)
    assert pages[first].read_up_to is not None
    assert not pages[first].done


# Outages


def test_a_500_once_is_read_again() -> None:
    store = filled(30)
    store.failing = lambda number, url: trouble() if number == 2 else None
    result = read(store)
    assert (len(result.orders), result.calls, result.failure) == (30, 4, None)


BROKEN: dict[str, Callable[[], httpx.Response | Exception]] = {
    "500": trouble,
    "html": lambda: httpx.Response(
        500, content=b"<title>Error</title>", headers={"Content-Type": "text/html"}
    ),
    "garbage": lambda: httpx.Response(
        200, content=b'{"items":[{', headers={"Content-Type": "application/json"}
    ),
    "other shape": lambda: reply(200, []),
    "cut off": lambda: httpx.RemoteProtocolError(
        "peer closed connection without sending complete message body"
    ),
    "timeout": lambda: httpx.ReadTimeout("The read operation timed out"),
    "gateway": lambda: httpx.Response(502, content=b"Bad Gateway", headers={"Content-Type": "text/plain"}),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_an_outage_of_the_whole_store_sets_nothing_aside(kind: str) -> None:
    store = filled(30)
    store.failing = lambda number, url: BROKEN[kind]() if number > 1 else None
    pages = list(store.reader().pages(START, START + DAY, page_size=10))
    assert pages[-1].failure is not None
    assert pages[-1].failure.group is Group.WAIT_FOR_WINDOW
    assert [one for page in pages for one in page.unreadable] == []
    assert pages[-1].read_up_to is None
    assert len(store.requests) <= 5


def test_an_outage_in_the_middle_of_the_search_sets_nothing_aside() -> None:
    for start in range(3, 40):
        store = filled(30)
        store.poison = {13}
        store.failing = lambda number, url, start=start: trouble() if number >= start else None
        result = read(store)
        if result.failure is None:
            assert bad(result) == [13]
        else:
            assert result.failure.group is Group.WAIT_FOR_WINDOW
            assert bad(result) == []
            assert len(store.requests) < 60


def test_all_orders_broken_is_an_outage() -> None:
    """Lists without orders work, as after a deployment that broke the orders' serialisation."""
    store = filled(8)
    store.poison = set(range(1, 9))
    result = read(store)
    assert result.failure is not None
    assert (bad(result), result.orders, result.read_up_to) == ([], [], None)


def test_more_unreadable_orders_than_the_limit_are_an_outage() -> None:
    store = filled(60)
    store.poison = {number for number in range(1, 61) if number % 2}
    result = store.reader(unreadable_limit=5).read_changed(START, START + DAY, page_size=10)
    assert result.failure is not None
    assert result.failure.code is Code.SERVER_TROUBLE
    assert bad(result) == []


def test_more_malformed_orders_than_the_limit_are_an_outage() -> None:
    store = filled(60)
    for order in store.orders.values():
        del order["order_currency_code"]
    result = read(store)
    assert result.failure is not None
    assert (bad(result), result.read_up_to) == ([], None)


def test_maintenance_ends_the_read_at_once() -> None:
    store = filled(30)
    page = httpx.Response(
        503,
        content=b"<h1>Service Temporarily Unavailable</h1> maintenance downtime",
        headers={"Content-Type": "text/html"},
    )
    store.failing = lambda number, url: page if number == 2 else None
    pages = list(store.reader().pages(START, START + DAY, page_size=10))
    assert [order.entity_id for order in pages[0].orders] == list(range(1, 11))
    assert pages[-1].failure is not None
    assert pages[-1].failure.code is Code.MAINTENANCE
    assert len(store.requests) == 2


def test_a_store_that_fails_at_random_never_sets_a_good_order_aside() -> None:
    for seed in range(40):
        chance = random.Random(seed)
        store = filled(60)
        store.failing = lambda number, url, chance=chance: trouble() if chance.random() < 0.3 else None
        result = read(store)
        assert len(store.requests) < 400
        assert bad(result) == []
        if result.failure is None:
            assert ids(result) == list(range(1, 61))


# One order, and the audit


def test_read_one() -> None:
    store = filled(3)
    order = store.reader().read_one(2)
    assert not isinstance(order, Failure)
    assert order.key == "main:2"


def test_read_one_tells_a_bad_order_from_a_bad_store() -> None:
    store = filled(3)
    store.poison = {2}
    found = store.reader().read_one(2)
    assert isinstance(found, Failure)
    assert found.code is Code.UNREADABLE
    store.failing = lambda number, url: trouble()
    down = store.reader().read_one(2)
    assert isinstance(down, Failure)
    assert down.code is Code.SERVER_TROUBLE


def test_read_one_of_an_order_that_is_gone() -> None:
    gone = filled(3).reader().read_one(9)
    assert isinstance(gone, Failure)
    assert (gone.code, gone.details["status"]) == (Code.REFUSED, "404")


def test_the_audit_lists_every_order_by_id() -> None:
    store = filled(45)
    store.orders[20]["created_at"] = at(-100)
    pages = list(store.reader().audit(START, page_size=10))
    rows = [row for page in pages for row in page.rows]
    assert [row.entity_id for row in rows] == [number for number in range(1, 46) if number != 20]
    assert (rows[0].increment_id, rows[0].state, rows[0].status) == ("000000001", "new", "pending")
    assert (rows[0].store_view_id, rows[0].website, rows[0].created_at) == (1, "base", START)
    assert pages[-1].done
    assert pages[-1].read_up_to == 45


def test_the_audit_of_a_range() -> None:
    rows = [
        row.entity_id for page in filled(45).reader().audit(START, from_id=7, to_id=12) for row in page.rows
    ]
    assert rows == [7, 8, 9, 10, 11]


def test_the_audit_goes_around_poison() -> None:
    store = filled(45)
    store.poison = {1, 23, 45}
    pages = list(store.reader().audit(START, page_size=10))
    assert [row.entity_id for page in pages for row in page.rows] == [
        number for number in range(1, 46) if number not in store.poison
    ]
    assert sorted(one.entity_id for page in pages for one in page.unreadable) == [1, 23, 45]
    assert pages[-1].done


def test_a_store_view_that_is_new_is_asked_for_once_more() -> None:
    class Websites:
        asked = 0

        def codes(self, *, fresh: bool = False) -> dict[int, str]:
            self.asked += fresh
            return {1: "base", 9: "new"} if self.asked else {1: "base"}

    store, websites = filled(5), Websites()
    store.orders[3]["store_id"] = 9
    result = OrderReader(store.client(), "main", websites).read_changed(START, START + DAY)
    assert [order.website for order in result.orders] == ["base", "base", "new", "base", "base"]
    assert websites.asked == 1


def test_an_order_of_a_deleted_store_view_has_no_website() -> None:
    store = FakeStore({4: document(4, at(1), None)})
    [order] = read(store).orders
    assert (order.website, order.store_view_id) == ("", 0)


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
    pages: list[Page] = []
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
