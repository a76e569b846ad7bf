"""Reading lists: filters as the database compares, pages with ties, and lists that are hostile on demand."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sandbox import magento_recordings as recordings
from integration.sandbox.magento_world import World, make_world
from tidegate_sandbox.faults import Fault

NOON = "2026-11-21 12:00:00"


@pytest.fixture
def world() -> World:
    """A shop with ten orders: 1 to 6 changed in one second, 7 to 10 a second apart each."""
    made = make_world()
    for entity_id in range(1, 11):
        second = max(0, entity_id - 6)
        made.store.load(
            recordings.order(
                entity_id,
                increment_id=f"{entity_id:09d}",
                updated_at=f"2026-11-21 12:00:{second:02d}",
                grand_total=entity_id * 10,
                customer_email=f"Buyer{entity_id}@Example.com",
                status="pending" if entity_id % 2 else "processing",
            )
        )
    return made


@pytest.mark.parametrize(
    ("column", "condition", "value", "found"),
    [
        ("entity_id", "eq", "3", [3]),
        ("entity_id", "eq", "3 or so", [3]),
        ("entity_id", "neq", "3", [1, 2, 4, 5, 6, 7, 8, 9, 10]),
        ("entity_id", "gt", "8", [9, 10]),
        ("entity_id", "gteq", "9", [9, 10]),
        ("entity_id", "lt", "3", [1, 2]),
        ("entity_id", "lteq", "2", [1, 2]),
        ("entity_id", "in", "2,4,99", [2, 4]),
        ("entity_id", "nin", "1,2,3,4,5,6", [7, 8, 9, 10]),
        ("grand_total", "gteq", "95.5", [10]),
        ("status", "eq", "PENDING", [1, 3, 5, 7, 9]),
        ("status", "no_such_condition", "pending", [1, 3, 5, 7, 9]),
        ("customer_email", "like", "buyer1%", [1, 10]),
        ("customer_email", "like", "buyer_@example.com", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("customer_email", "nlike", "buyer_@example.com", [10]),
        ("customer_id", "null", "1", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("customer_id", "neq", "5", []),
        ("customer_id", "nin", "5", []),
        ("updated_at", "from", "2026-11-21 12:00:03", [9, 10]),
        ("updated_at", "to", NOON, [1, 2, 3, 4, 5, 6]),
        ("updated_at", "gt", "2026-11-21T12:00:03Z", [10]),
        ("updated_at", "gteq", "2026-11-21T12:00:04+05:00", [10]),
        ("updated_at", "gteq", "2026-11-21", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("updated_at", "lt", "2026-11-21", []),
        ("updated_at", "eq", NOON, [1, 2, 3, 4, 5, 6]),
        ("increment_id", "in", "000000004,000000005", [4, 5]),
    ],
)
def test_conditions(world: World, column: str, condition: str, value: str, found: list[int]) -> None:
    assert world.ids((column, condition, value)) == found


def test_groups_are_and_and_filters_within_one_are_or(world: World) -> None:
    one = "searchCriteria[filter_groups][0][filters]"
    either = f"{one}[0][field]=entity_id&{one}[0][value]=1&{one}[1][field]=entity_id&{one}[1][value]=2"
    other = "searchCriteria[filterGroups][1][filters][0]"
    also = f"{other}[field]=status&{other}[value]=processing"
    assert [i["entity_id"] for i in world.get(f"orders?{either}")["items"]] == [1, 2]
    # PHP keeps one of two spellings of a key: the groups of the second replace those of the first
    assert len(world.get(f"orders?{either}&{also}")["items"]) == 5
    also = also.replace("filterGroups", "filter_groups")
    assert [i["entity_id"] for i in world.get(f"orders?{either}&{also}")["items"]] == [2]


def test_a_window_and_a_sort(world: World) -> None:
    window = [("updated_at", "gteq", NOON), ("updated_at", "lteq", "2026-11-21 12:00:02")]
    assert world.ids(*window, sort="updated_at,entity_id") == [1, 2, 3, 4, 5, 6, 7, 8]
    assert world.ids(*window, sort="-updated_at,entity_id") == [8, 7, 1, 2, 3, 4, 5, 6]
    assert world.ids(*window, sort="-updated_at,-entity_id") == [8, 7, 6, 5, 4, 3, 2, 1]
    assert world.ids(*window, sort="-grand_total", size="2") == [8, 7]
    assert world.ids(sort="-increment_id", size="1") == [10]


@pytest.mark.parametrize("size", ["1", "3", "4", "10"])
def test_pages_with_ties_are_whole_with_a_second_sort(world: World, size: str) -> None:
    """Point 14."""
    seen: list[int] = []
    for page in range(1, 12):
        answer = world.listed(sort="updated_at,entity_id", size=size, page=str(page))
        assert answer["total_count"] == 10
        seen += [item["entity_id"] for item in answer["items"]]
    assert seen == list(range(1, 11))


def test_page_quirks(world: World) -> None:
    """Point 15."""
    assert world.ids(size="4", page="0") == world.ids(size="4", page="1") == [1, 2, 3, 4]
    assert world.listed(size="4", page="9")["items"] == []
    assert world.listed(size="4", page="9", fields="items[entity_id],total_count") == {
        "items": None,
        "total_count": 10,
    }
    assert len(world.listed()["items"]) == len(world.listed(size="0")["items"]) == 10
    assert world.get("orders?search_criteria[page_size]=2&fields=items[entity_id]") == {
        "items": [{"entity_id": 1}, {"entity_id": 2}]
    }


def test_nonsense_is_refused(world: World) -> None:
    def status(query: str) -> int:
        return world.client.get(f"/rest/V1/orders?{query}").status_code

    assert status("") == 400
    assert status("searchCriteria[pageSize]=many") == 400
    assert status("searchCriteria[limit]=5") == 500
    assert status("searchCriteria[filter_groups][0][filters][0][value]=1") == 500
    assert status("searchCriteria[sortOrders][0][field]=no_such") == 500
    assert world.get("orders?searchCriteria&fields=[") == []


def test_input_limits() -> None:
    """Point 28."""
    world = make_world()
    world.shopper.place_orders(25)
    assert len(world.listed()["items"]) == 25
    world.store.configure(limits=True)
    assert len(world.listed()["items"]) == 20
    answer = world.client.get("/rest/V1/orders?searchCriteria[pageSize]=301")
    assert answer.json() == {"message": "Maximum SearchCriteria pageSize is %max", "parameters": {"max": 300}}
    sent = {"entity": {"entity_id": 1, "items": [{"item_id": 1}] * 21}}
    answer = world.client.post("/rest/V1/orders", json=sent)
    assert answer.status_code == 400
    assert answer.json()["parameters"]["type"] == "\\Magento\\Sales\\Api\\Data\\OrderItemInterface"
    world.store.configure(limits=False)
    assert len(world.listed(size="301")["items"]) == 25


def test_a_poisoned_order_spoils_every_answer_that_contains_it(world: World) -> None:
    """magento2 issue 36213: halving finds it, and leaves all others readable."""
    world.arm("poison_order", entity_id=4)

    def status(*filters: tuple[str, str, str], **more: str) -> int:
        try:
            world.listed(*filters, **more)
        except AssertionError:
            return 500
        return 200

    assert status(size="10") == 500
    assert status(sort="entity_id", size="5") == 500
    assert status(sort="entity_id", size="5", page="2") == 200
    assert status(("entity_id", "in", "1,2,3")) == 200
    assert status(("entity_id", "eq", "4")) == 500
    assert status(sort="entity_id", size="3", fields="total_count") == 200
    assert world.client.get("/rest/V1/orders/4").status_code == 500
    assert world.get("orders/5")["entity_id"] == 5
    readable = [page for page in range(1, 11) if status(sort="entity_id", size="1", page=str(page)) == 200]
    assert readable == [1, 2, 3, 5, 6, 7, 8, 9, 10]
    world.faults.clear("poison_order")
    assert len(world.ids()) == 10


def test_a_late_commit_shows_up_with_the_older_time() -> None:
    world = make_world()
    world.faults.add(Fault("late_commit", options={"seconds": 90}))
    late, prompt = world.shopper.place_orders(2)
    assert (late, prompt) == (1, 2)
    window = ("updated_at", "gteq", "2026-11-21 00:00:00")
    assert world.ids(window) == world.ids() == [prompt]
    assert world.listed()["total_count"] == 1
    assert world.client.get(f"/rest/V1/orders/{late}").status_code == 404
    sent = {"entity": {"entity_id": late, "ext_order_id": "X"}}
    assert world.client.post("/rest/V1/orders", json=sent).status_code == 400
    world.clock.advance(89)
    assert world.ids(window) == [prompt]
    world.clock.advance(1)
    orders = world.listed(window, sort="updated_at,entity_id")["items"]
    assert [(order["entity_id"], order["updated_at"]) for order in orders] == [
        (late, "2026-11-21 03:00:00"),
        (prompt, "2026-11-21 03:00:00"),
    ]


def test_a_capped_page(world: World) -> None:
    world.arm("page_cap", size=3)
    answer = world.listed(size="10", sort="entity_id")
    assert ([i["entity_id"] for i in answer["items"]], answer["total_count"]) == ([1, 2, 3], 10)
    assert answer["search_criteria"]["page_size"] == 10
    assert world.ids(size="10", page="2", sort="entity_id") == [4, 5, 6]
    assert len(world.ids()) == 3


def test_an_ignored_sort(world: World) -> None:
    world.arm("ignore_sort")
    ids = world.ids(sort="updated_at,entity_id")
    assert sorted(ids) == list(range(1, 11)) != ids
    pages = [world.ids(sort="entity_id", size="4", page=str(page)) for page in (1, 2, 3)]
    assert [entity_id for page in pages for entity_id in page] == ids


def test_a_count_that_lies(world: World) -> None:
    world.arm("count_lies", more=3)
    answer = world.listed()
    assert answer["total_count"] == len(answer["items"]) + 3


def test_null_instead_of_an_empty_list(world: World) -> None:
    world.arm("null_lists", times=1)
    nothing = ("entity_id", "eq", "99")
    answer = world.listed(nothing)
    assert (answer["items"], answer["total_count"]) == (None, 0)
    assert world.listed(nothing)["items"] == []


def test_lines_of_orders(world: World) -> None:
    def found(column: str, value: str) -> Any:
        base = "searchCriteria[filter_groups][0][filters][0]"
        return world.client.get(f"/rest/V1/orders/items?{base}[field]={column}&{base}[value]={value}")

    assert [item["sku"] for item in found("order_id", "3").json()["items"]] == ["HUB-0001", "HUB-0002"]
    assert found("sku", "HUB-0002").json()["total_count"] == 10
    assert found("no_such", "1").status_code == 500
