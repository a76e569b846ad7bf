"""The store client against the simulated shop: orders are read completely, whatever the shop does."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integration.magento.world import DAY, START, World, ids, world
from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.orders.order import Order
from tidegate_sandbox.magento import InputLimits
from tidegate_sandbox.magento.kinds import KINDS


@pytest.fixture
def shop() -> World:
    return world()


def test_every_kind_of_order_reads_and_adds_up(shop: World) -> None:
    """All that the shopper can order, in both currencies, to the cent."""
    for kind in KINDS:
        shop.place(4, kind)
    result = shop.read(page_size=50)
    assert result.unreadable == []
    assert len(result.orders) == 4 * len(KINDS)
    for order in result.orders:
        for totals in (order.totals, order.base_totals):
            whole = totals.goods + totals.shipping + totals.tax
            assert abs(whole - totals.grand_total) <= Decimal("0.02"), order.entity_id
        assert order.website in ("base", "b2b")
        document = shop.document(order.entity_id)
        assert order.totals.grand_total == document["grand_total"]
        assert order.increment_id == document["increment_id"]


def test_pages_follow_each_other_over_ties(shop: World) -> None:
    placed = shop.place(60, "guest")
    shop.shopper.touch(placed[10:45])
    result = shop.read()
    assert sorted(ids(result)) == placed
    assert result.calls == 2 + 6


def test_orders_that_change_while_they_are_read(shop: World) -> None:
    placed = shop.place(60, "guest")
    until = shop.clock.now()
    read: set[int] = set()
    for number, page in enumerate(shop.hub.orders.pages(START, until, page_size=10)):
        read |= {order.entity_id for order in page.orders}
        shop.clock.advance(1)
        shop.shopper.touch(placed[number * 7 : number * 7 + 5])
    later = shop.read(until - timedelta(minutes=15))
    assert read | set(ids(later)) == set(placed)
    assert later.failure is None


def test_late_commits_are_found_by_the_overlap(shop: World) -> None:
    shop.place(5, "guest")
    shop.arm("late_commit", 1, seconds=40)
    late = shop.shopper.place_order("guest")
    shop.clock.advance(1)
    early = shop.place(5, "guest", seconds=1)
    until = shop.clock.now()
    first = shop.read(until=until)
    assert late not in ids(first)
    assert set(early) <= set(ids(first))
    shop.clock.advance(60)
    assert first.read_up_to == until
    assert late in ids(shop.read(until - timedelta(minutes=15)))


@pytest.mark.parametrize("position", [0, 31, 59])
def test_a_poison_order_is_set_aside(shop: World, position: int) -> None:
    placed = shop.place(60, "guest")
    poison = placed[position]
    shop.arm("poison_order", entity_id=poison)
    result = shop.read(highest_known=placed[-1])
    assert [one.entity_id for one in result.unreadable] == [poison]
    assert sorted(ids(result)) == [one for one in placed if one != poison]
    assert result.failure is None
    again = shop.read(skip_ids=[poison])
    assert (again.unreadable, again.calls) == ([], 6)
    found = shop.hub.orders.read_one(poison)
    assert isinstance(found, Failure)
    assert found.code is Code.UNREADABLE
    shop.faults.clear("poison_order")
    assert isinstance(shop.hub.orders.read_one(poison), Order)


def test_two_poison_orders_in_a_shop_that_caps_and_shuffles_its_pages(shop: World) -> None:
    placed = shop.place(60, "guest")
    shop.arm("poison_order", entity_id=placed[4])
    shop.arm("poison_order", entity_id=placed[40])
    shop.arm("page_cap", size=7)
    shop.arm("ignore_sort")
    shop.arm("null_lists")
    result = shop.read()
    assert sorted(one.entity_id for one in result.unreadable) == [placed[4], placed[40]]
    assert len(result.orders) == 58
    assert result.failure is None


def test_an_outage_sets_nothing_aside(shop: World) -> None:
    shop.place(30, "guest")
    shop.hub.shop.codes()
    shop.arm("status", status=500)
    result = shop.read()
    assert result.failure is not None
    assert result.failure.group is Group.WAIT_FOR_WINDOW
    assert (result.orders, result.unreadable, result.read_up_to) == ([], [], None)
    assert result.calls <= 4


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "cut_body", "garbage", "status"])
@pytest.mark.parametrize("skip", range(4))
def test_one_broken_answer_changes_nothing(shop: World, kind: str, skip: int) -> None:
    placed = shop.place(25, "guest")
    shop.hub.shop.codes()
    options = {"status": 500} if kind == "status" else {}
    shop.arm(kind, 1, path="/V1/orders", skip=skip, **options)
    result = shop.read()
    assert sorted(ids(result)) == placed
    assert (result.unreadable, result.failure) == ([], None)


@pytest.mark.parametrize("kind", ["refuse", "login_page"])
def test_a_store_that_turns_everybody_away_ends_the_read(shop: World, kind: str) -> None:
    shop.place(25, "guest")
    shop.hub.shop.codes()
    shop.arm(kind, skip=1)
    pages = list(shop.hub.orders.pages(START, shop.clock.now(), page_size=10))
    assert len(pages[0].orders) == 10
    assert pages[-1].failure is not None
    assert pages[-1].failure.group is Group.WAIT_FOR_WINDOW
    assert pages[-1].unreadable == []


def test_maintenance_waits(shop: World) -> None:
    shop.shop.set_maintenance(True)
    result = shop.read()
    assert result.failure is not None
    assert result.failure.code is Code.MAINTENANCE


def test_point_28_a_shop_with_input_limits() -> None:
    shop = world(input_limits=InputLimits(page_size=20))
    placed = shop.place(50, "guest")
    result = shop.read(page_size=100)
    assert sorted(ids(result)) == placed
    assert shop.hub.client.page_limit == 20


def test_point_17_what_moves_an_order_into_the_next_read(shop: World) -> None:
    [order] = shop.place(1, "guest")
    at = shop.clock.now()
    assert shop.hub.notes.add_comment(order, "hello", visible=False, status="pending") is None
    assert list(ids(shop.read(at))) == []
    assert shop.hub.notes.store_number(order, "SO-1") is None
    assert list(ids(shop.read(at))) == [order]


def test_an_edited_order_names_the_one_that_it_replaces(shop: World) -> None:
    [old] = shop.place(1, "guest")
    new = shop.shopper.edit_order(old)
    found = {order.entity_id: order for order in shop.read().orders}
    assert (found[new].parent_entity_id, found[old].child_entity_id) == (old, new)
    assert found[old].state == "canceled"


def test_point_09_order_numbers_may_collide() -> None:
    shop = world(colliding_increments=True)
    shop.place(1, "guest")
    shop.place(1, "gbp")
    orders = shop.read().orders
    assert len({order.increment_id for order in orders}) == 1
    assert len({order.key for order in orders}) == 2


def test_the_audit_agrees_with_the_shop(shop: World) -> None:
    placed = shop.place(45, seconds=30)
    shop.arm("poison_order", entity_id=placed[20])
    pages = list(shop.hub.orders.audit(START, page_size=10))
    rows = {row.entity_id: row for page in pages for row in page.rows}
    assert sorted(rows) == [one for one in placed if one != placed[20]]
    assert [one.entity_id for page in pages for one in page.unreadable] == [placed[20]]
    assert pages[-1].done
    for row in rows.values():
        document = shop.document(row.entity_id)
        assert (row.increment_id, row.state) == (document["increment_id"], document["state"])
        assert (row.store_view_id, row.status) == (document["store_id"], document.get("status", ""))


def test_a_whole_month_is_read_in_pages(shop: World) -> None:
    placed = shop.place(600, "guest", seconds=1800)
    result = shop.read(page_size=100)
    assert sorted(ids(result)) == placed
    assert result.calls == 2 + 6
    assert result.read_up_to == shop.clock.now() + DAY
