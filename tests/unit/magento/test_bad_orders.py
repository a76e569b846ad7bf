"""The one bad order is set aside; an outage sets nothing aside."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from tidegate.domain.errors import Code, Group
from unit.magento.fake_store import DAY, START, bad, filled, ids, read, reply, shuffled, trouble

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
