"""Many callers at once: the orders cycle beside them keeps its cadence, slow ones are cut off, none is waited for."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from itertools import islice, pairwise
from typing import Any

import httpx
import msgspec
import pytest
from werkzeug.test import Client

from integration.flows.stage import PAUSE, Stage
from tidegate.config.api import Api, Portal
from tidegate.console import gate
from tidegate.console.channel import Channel
from tidegate.console.server import application, serving
from tidegate.domain.states import State
from tidegate.engine.price_answers import PriceDesk

LIST = "/api/v1/portal/invoices"
CALLERS, CONNECTIONS, SLOW = 8, 4, 100
#: Seconds after which a test that hangs fails; none waits so long otherwise.
PATIENCE = 30


class SlowShop(httpx.BaseTransport):
    """A client's connections to a shop that does not say whose a token is until it is let go."""

    def __init__(
        self, shop: httpx.BaseTransport, arrived: threading.Semaphore, let_go: threading.Event
    ) -> None:
        self.shop = shop
        self.arrived = arrived
        self.let_go = let_go
        self.free = threading.Semaphore(CONNECTIONS)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self.free.acquire(blocking=False):
            raise httpx.PoolTimeout("every connection is in use", request=request)
        try:
            if request.url.path.endswith("/customers/me"):
                self.arrived.release()
                assert self.let_go.wait(PATIENCE)
            return self.shop.handle_request(request)
        finally:
            self.free.release()


@contextmanager
def slow_shop(stage: Stage) -> Iterator[threading.Semaphore]:
    """Counts the questions that have reached the shop, none of which is answered within the block."""
    arrived, let_go = threading.Semaphore(0), threading.Event()
    store = stage.connection.store
    for client in (store.client, store.visitors):
        inner: Any = client._http._client
        inner._transport = SlowShop(inner._transport, arrived, let_go)
    try:
        yield arrived
    finally:
        let_go.set()


def test_eight_bogus_calls_to_a_slow_shop_leave_the_orders_cycle_its_cadence(stage: Stage) -> None:
    stage.reopen(portal=Portal(enabled=True))
    desk = application(stage.hub, PriceDesk(stage.hub))

    def ask(number: int) -> int:
        return Client(desk).get(LIST, headers={"Authorization": f"Bearer bogus-{number}"}).status_code

    inside = gate.MOST_AT_ONCE
    with ThreadPoolExecutor(CALLERS) as pool, slow_shop(stage) as arrived:
        asked = [pool.submit(ask, number) for number in range(CALLERS)]
        for _ in range(inside):
            assert arrived.acquire(timeout=PATIENCE)
        started = []
        for _ in range(3):
            placed = stage.order("guest")
            report = stage.cycle()
            assert (report.outcome, stage.state(placed)) == ("done", State.CONFIRMED)
            started.append(report.started)
        assert [later - earlier for earlier, later in pairwise(started)] == [PAUSE] * 2
        refused = islice(as_completed(asked, timeout=PATIENCE), CALLERS - inside)
        assert [each.result() for each in refused] == [503] * (CALLERS - inside), "nobody waits for the shop"
        assert not arrived.acquire(blocking=False), "no other question has reached it"
    # By the clock of all, the shop has taken minutes for those that it was asked about: their deadline is over.
    assert {each.result() for each in asked} == {503}


def test_callers_on_the_cycles_connections_would_stop_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug: as many callers as there are connections, on those that the cycles have."""
    monkeypatch.setattr(gate, "MOST_AT_ONCE", CONNECTIONS)
    reopen = stage.reopen

    def shared(**rules: Any) -> None:
        reopen(**rules)
        store = stage.connection.store
        store.buyers._client = store.client

    monkeypatch.setattr(stage, "reopen", shared)
    with pytest.raises(AssertionError):
        test_eight_bogus_calls_to_a_slow_shop_leave_the_orders_cycle_its_cadence(stage)


@contextmanager
def served(stage: Stage, **api: Any) -> Iterator[int]:
    """The interface on a real port of this machine."""
    settings = Api(listen="127.0.0.1:0", **api)
    stage.hub.configuration = msgspec.structs.replace(stage.hub.configuration, api=settings)
    with serving(stage.hub) as port:
        assert port is not None
        yield port


def asked(port: int, token: str, **headers: str) -> int:
    """The status that a caller with this token gets."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", LIST, headers={"Authorization": f"Bearer {token}", **headers})
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_hundred_slow_sockets_are_cut_off_and_the_next_caller_is_served(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Channel, "longest_arrival", 0.05)
    stage.reopen(portal=Portal(enabled=True))
    with served(stage) as port, ExitStack() as opened:
        slow = [
            opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            for _ in range(SLOW)
        ]
        for each in slow:
            each.sendall(b"G")
        assert asked(port, "bogus") == 401
        assert [each.recv(1) for each in slow] == [b""] * SLOW


def test_behind_a_trusted_proxy_each_address_is_counted_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "MOST_FAILED", 2)
    stage.reopen(portal=Portal(enabled=True))
    with served(stage, trusted_proxy="127.0.0.1") as port:
        behind = {"X-Forwarded-For": "198.51.100.1, 192.0.2.7"}  # what the caller says of itself comes first
        assert [asked(port, f"bogus-{number}", **behind) for number in range(3)] == [401, 401, 429]
        assert asked(port, "bogus-3", **{"X-Forwarded-For": "192.0.2.8"}) == 401


def test_nobody_else_is_trusted_who_forwards(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_FAILED", 2)
    stage.reopen(portal=Portal(enabled=True))
    with served(stage) as port:
        behind = {"X-Forwarded-For": "192.0.2.7"}
        assert [asked(port, f"bogus-{number}", **behind) for number in range(3)] == [401] * 3
