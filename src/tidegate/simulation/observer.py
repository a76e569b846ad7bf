"""Looks on at the wire: what was published of the stock, and what could have been at that moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from urllib.parse import unquote

import httpx

from tidegate_sandbox.checker_stock import Shelf, StockWrite
from tidegate_sandbox.clock import SandboxClock

SOURCE_ITEMS = "/inventory/source-items"
LEGACY = "/stockItems/"


class Observer(httpx.BaseTransport):
    """The wire between the hub and both systems.

    `shelf` is what may be sold now, by both systems' books; without it nothing is noted.
    """

    def __init__(self, inner: httpx.BaseTransport, clock: SandboxClock) -> None:
        self._inner = inner
        self._clock = clock
        self.shelf: Callable[[], Shelf] | None = None
        self.writes: list[StockWrite] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request; what it publishes is noted as it leaves, whatever becomes of it."""
        published = list(numbers(request)) if self.shelf is not None else []
        if self.shelf is not None and published:
            shelf, at = self.shelf(), self._clock.now().isoformat()
            most, least = shelf.most(), shelf.least()
            self.writes += [
                StockWrite(
                    at, sku, source, quantity, most.get(place, Decimal(0)), least.get(place, Decimal(0))
                )
                for sku, source, quantity in published
                for place in [(sku, source)]
            ]
        return self._inner.handle_request(request)


def numbers(request: httpx.Request) -> Iterator[tuple[str, str, Decimal]]:
    """SKU, source and quantity of everything that a call publishes."""
    path = request.url.path
    if request.method == "POST" and path.endswith(SOURCE_ITEMS):
        body = json.loads(request.read(), parse_float=Decimal)
        for entry in body if isinstance(body, list) else [body]:
            for item in entry["sourceItems"]:
                yield item["sku"], item["source_code"], Decimal(item["quantity"])
    elif request.method == "PUT" and LEGACY in path:
        item = json.loads(request.read(), parse_float=Decimal)["stockItem"]
        raw = request.url.raw_path.decode("ascii")  # a SKU may hold a slash
        yield unquote(raw.split("/products/")[1].split("/")[0]), "default", Decimal(item["qty"])
