"""One order alone, and all of them by id."""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.magento.orders import OrderReader
from unit.magento.fake_store import DAY, START, FakeStore, at, document, filled, read, trouble

# One order, and the audit


def test_read_one() -> None:
    store = filled(3)
    order = store.reader().read_one(2)
    assert not isinstance(order, Failure)
    assert order.key == "main:2"


def test_read_one_distinguishes_a_bad_order_from_a_bad_store() -> None:
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
