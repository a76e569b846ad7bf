"""A small face behind its wire, and a client of it: what the tests of the sandbox shell stand on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from flask import Flask, Response, request

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import Fault, FaultPlan
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.server import SandboxServer
from tidegate_sandbox.wire import Wire

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDER = {"order": {"note": "x" * 40}}


@dataclass
class Shop:
    """A face with one thing to do: it writes down the orders that it gets."""

    clock: SandboxClock
    orders: list[tuple[datetime, str | None]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def app(self) -> Flask:
        app = Flask("shop")

        @app.post("/V1/orders")
        def create() -> dict[str, Any]:
            with self.lock:
                self.orders.append((self.clock.now(), request.environ.get("sandbox.replay")))
                return {"number": len(self.orders), "bytes": len(request.get_data())}

        @app.route("/V1/echo", methods=["GET", "PUT"])
        def echo() -> dict[str, Any]:
            return {
                "query": request.query_string.decode(),
                "args": request.args.to_dict(flat=False),
                "url": request.url,
                "authorization": request.headers.get("Authorization"),
                "tags": request.headers.get("X-Tag"),
                "body": request.get_data(as_text=True),
            }

        @app.get("/V1/products/<path:sku>")
        def product(sku: str) -> dict[str, str]:
            return {"sku": sku}

        @app.delete("/V1/orders/<int:number>")
        def delete(number: int) -> Response:
            return Response(status=204)

        @app.get("/V1/broken")
        def broken() -> Response:
            return Response("gone", status=410, content_type="text/plain")

        @app.get("/_sandbox/books")
        def books() -> dict[str, int]:
            return {"orders": len(self.orders)}

        return app


@dataclass
class World:
    """A shop behind its wire, and a client that talks to it."""

    shop: Shop
    wire: Wire
    client: httpx.Client
    real: bool

    def arm(self, kind: str, times: int | None = 1, **options: Any) -> None:
        self.wire.faults.add(Fault(kind, times=times, options=options))

    def post(self, timeout: float = 30) -> httpx.Response:
        """Send an order; ``timeout`` in seconds, real ones over sockets, virtual ones in-process."""
        return self.client.post("/V1/orders", json=ORDER, timeout=timeout)

    @property
    def count(self) -> int:
        return len(self.shop.orders)


def make_wire(**more: Any) -> tuple[Shop, Wire]:
    clock = SandboxClock.virtual(START)
    shop = Shop(clock)
    wire = Wire(
        shop.app(),
        faults=FaultPlan(),
        clock=clock,
        error_body=lambda status: ("application/problem+json", json.dumps({"code": status}).encode()),
        **more,
    )
    return shop, wire


def behind(wire: Wire, service_time: Callable[[str, str], float] | None = None) -> httpx.Client:
    """A client that calls the wire in-process, with a timeout of 30 virtual seconds."""
    transport = InProcessTransport(wire, service_time=service_time)
    return httpx.Client(transport=transport, base_url="http://shop.sandbox", timeout=30)


def worlds(how: str) -> Iterator[World]:
    """One world, ``in-process`` or ``real`` (over sockets); for fixtures."""
    shop, wire = make_wire()
    if how == "in-process":
        with behind(wire) as client:
            yield World(shop, wire, client, real=False)
    else:
        with SandboxServer(wire) as server, httpx.Client(base_url=server.url, timeout=30) as client:
            yield World(shop, wire, client, real=True)


LOST = (httpx.RemoteProtocolError, httpx.ReadError)
