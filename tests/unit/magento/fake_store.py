"""A very small store: a list of orders that filters, sorts and pages, and breaks as it is told.

Written from the contract alone, so that a mistake of the client about lists is not repeated here.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx

from tidegate.clock import VirtualClock
from tidegate.magento.access import IntegrationToken
from tidegate.magento.client import StoreClient
from tidegate.magento.orders import OrderReader, ReadResult
from tidegate.transport import HttpClient

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
JSON = "application/json; charset=utf-8"
DAY = timedelta(days=1)
WEBSITES = {1: "base", 2: "b2b"}
_FILTER = re.compile(r"searchCriteria\[filter_groups\]\[(\d+)\]\[filters\]\[(\d+)\]\[(\w+)\]")
_SORT = re.compile(r"searchCriteria\[sortOrders\]\[(\d+)\]\[(\w+)\]")


def document(entity_id: int, updated_at: str, store_id: int | None = 1) -> dict[str, Any]:
    """The smallest whole order."""
    order: dict[str, Any] = {
        "entity_id": entity_id,
        "increment_id": f"{entity_id:09d}",
        "store_id": store_id,
        "state": "new",
        "status": "pending",
        "created_at": updated_at,
        "updated_at": updated_at,
        "order_currency_code": "GBP",
        "base_currency_code": "GBP",
        "grand_total": 1.2,
        "base_grand_total": 1.2,
        "tax_amount": 0.2,
        "base_tax_amount": 0.2,
        "items": [
            {
                "item_id": entity_id,
                "sku": "HUB-0001",
                "name": "Widget",
                "qty_ordered": 1,
                "product_type": "simple",
                "row_total": 1,
                "base_row_total": 1,
                "tax_amount": 0.2,
                "base_tax_amount": 0.2,
                "tax_percent": 20,
            }
        ],
    }
    return {key: value for key, value in order.items() if value is not None}


@dataclass
class FakeStore:
    """`before` runs before each list is answered, with the number of the request (from 1)."""

    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    poison: set[int] = field(default_factory=set)
    poison_in_lists: set[int] = field(default_factory=set)
    cap: int | None = None
    sort: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] | None = (
        None  #: instead of the one asked for
    )
    limit: int | None = None
    failing: Callable[[int, str], httpx.Response | Exception | None] | None = None
    before: Callable[[int], None] | None = None
    count_of: Callable[[int, int], int] | None = None  #: (rows found, rows shown) -> `total_count`
    null_lists: bool = True
    requests: list[str] = field(default_factory=list)

    def add(self, entity_id: int, seconds: int, **more: Any) -> None:
        """An order that changed so many seconds after START."""
        self.orders[entity_id] = document(entity_id, at(seconds)) | more

    def change(self, entity_id: int, seconds: int) -> None:
        """The order changes once more."""
        self.orders[entity_id] = self.orders[entity_id] | {"updated_at": at(seconds)}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(f"{request.method} {request.url}")
        if self.failing is not None:
            failure = self.failing(len(self.requests), str(request.url))
            if isinstance(failure, Exception):
                raise failure
            if failure is not None:
                return failure
        path = request.url.path.removeprefix("/rest/V1/")
        if path == "orders":
            if self.before is not None:
                self.before(len(self.requests))
            return self._list(parse_qsl(request.url.query.decode(), keep_blank_values=True))
        if path.startswith("orders/"):
            return self._one(int(path.removeprefix("orders/")))
        raise AssertionError(f"not in this store: {path}")

    def _one(self, entity_id: int) -> httpx.Response:
        if entity_id in self.poison:
            return trouble()
        if entity_id not in self.orders:
            return reply(404, {"message": "The entity that was requested doesn't exist."})
        return reply(200, self.orders[entity_id])

    def _list(self, pairs: list[tuple[str, str]]) -> httpx.Response:
        groups: dict[str, dict[str, dict[str, str]]] = {}
        sorts: dict[str, dict[str, str]] = {}
        given = dict(pairs)
        for key, value in pairs:
            if match := _FILTER.fullmatch(key):
                groups.setdefault(match[1], {}).setdefault(match[2], {})[match[3]] = value
            elif match := _SORT.fullmatch(key):
                sorts.setdefault(match[1], {})[match[2]] = value
        size = int(given["searchCriteria[pageSize]"])
        if self.limit is not None and size > self.limit:
            limited = {
                "message": "Maximum SearchCriteria pageSize is %max",
                "parameters": {"max": self.limit},
            }
            return reply(400, limited)
        found = [order for order in self.orders.values() if _passes(order, groups)]
        for number in sorted(sorts, reverse=True):
            column, down = sorts[number]["field"], sorts[number]["direction"] == "DESC"
            found.sort(key=lambda order: order[column], reverse=down)
        if self.sort is not None:
            found = self.sort(found)
        first = (int(given.get("searchCriteria[currentPage]", "1")) - 1) * size
        shown = found[first : first + min(size, self.cap or size)]
        if any(order["entity_id"] in self.poison | self.poison_in_lists for order in shown):
            return trouble()
        count = self.count_of(len(found), len(shown)) if self.count_of else len(found)
        items = None if self.null_lists and not shown and "fields" in given else shown
        return reply(200, {"items": items, "total_count": count})

    def client(self, clock: VirtualClock | None = None, max_bytes: int = 1_000_000) -> StoreClient:
        """A client of this store."""
        http = HttpClient(
            "http://magento.example", timeout=5, max_bytes=max_bytes, transport=httpx.MockTransport(self)
        )
        return StoreClient(http, IntegrationToken("token-of-the-test"), clock or VirtualClock(START))

    def reader(self, **settings: Any) -> OrderReader:
        """A reader of this store."""
        return OrderReader(self.client(), "main", FixedWebsites(), **settings)


class FixedWebsites:
    """The websites of the fake store."""

    def codes(self, *, fresh: bool = False) -> dict[int, str]:
        """Always the same."""
        return WEBSITES


def _passes(order: dict[str, Any], groups: dict[str, dict[str, dict[str, str]]]) -> bool:
    return all(any(_test(order, one) for one in group.values()) for group in groups.values())


def _test(order: dict[str, Any], one: dict[str, str]) -> bool:
    value: Any = order[one["field"]]
    if one["condition_type"] in ("in", "nin"):
        listed = str(value) in one["value"].split(",")
        return listed == (one["condition_type"] == "in")
    wanted: Any = int(one["value"]) if isinstance(value, int) else one["value"]
    tests: dict[str, bool] = {
        "eq": value == wanted,
        "neq": value != wanted,
        "gt": value > wanted,
        "gteq": value >= wanted,
        "lt": value < wanted,
        "lteq": value <= wanted,
    }
    return tests[one["condition_type"]]


def reply(status: int, content: Any) -> httpx.Response:
    """A JSON answer."""
    return httpx.Response(status, content=json.dumps(content).encode(), headers={"Content-Type": JSON})


def trouble() -> httpx.Response:
    """Magento's 500."""
    text = "Internal Error. Details are available in Magento log file. Report ID: webapi-6b010712bfb68"
    return reply(500, {"message": text})


def at(seconds: int) -> str:
    """A date as Magento writes it."""
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")


def filled(count: int, *, every: int = 1, first: int = 1) -> FakeStore:
    """A store with `count` orders, one changed every so many seconds."""
    store = FakeStore()
    for number in range(count):
        store.add(first + number, number * every)
    return store


def shuffled(seed: int) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """A store that gives its rows in an order of its own, always the same one."""

    def sort(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(found, key=lambda order: random.Random(seed * 100_003 + order["entity_id"]).random())

    return sort


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
