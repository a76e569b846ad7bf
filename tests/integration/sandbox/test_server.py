"""The sandbox as a real server: keep-alive, broken requests, stops and restarts."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from integration.sandbox.wire_world import ORDER, Shop, make_wire
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.server import SandboxServer
from tidegate_sandbox.wire import Wire


@pytest.fixture
def served() -> Iterator[tuple[SandboxServer, Shop, Wire]]:
    shop, wire = make_wire()
    with SandboxServer(wire) as server:
        yield server, shop, wire


def test_connections_are_kept_alive(served: tuple[SandboxServer, Shop, Wire]) -> None:
    server, _, _ = served
    body = b"x" * 10
    ask = b"PUT /V1/echo HTTP/1.1\r\nHost: s\r\nContent-Length: 10\r\n\r\n" + body
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(ask + ask)  # the second before the first is answered
        stream = connection.makefile("rb")
        for _ in range(2):
            assert stream.readline() == b"HTTP/1.1 200 OK\r\n"
            length = 0
            while (line := stream.readline()) != b"\r\n":
                assert not line.lower().startswith(b"connection:")
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            assert json.loads(stream.read(length))["body"] == "x" * 10
        stream.close()


def test_a_client_that_asks_for_the_end_gets_it(served: tuple[SandboxServer, Shop, Wire]) -> None:
    server, _, _ = served
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(b"GET /V1/echo HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n")
        with connection.makefile("rb") as stream:
            assert b"Connection: close" in stream.read()


def test_a_request_that_breaks_off_has_no_effect(served: tuple[SandboxServer, Shop, Wire]) -> None:
    server, shop, wire = served
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(b"POST /V1/orders HTTP/1.1\r\nHost: s\r\nContent-Length: 100\r\n\r\nhalf")
        connection.shutdown(socket.SHUT_WR)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert shop.orders == []
    assert wire.requests_seen == []


def test_paused_it_refuses_and_resumed_it_answers_at_the_same_address(
    served: tuple[SandboxServer, Shop, Wire],
) -> None:
    server, shop, _ = served
    url = server.url
    with httpx.Client(base_url=url, timeout=10) as client:
        client.post("/V1/orders", json=ORDER)
        for _ in range(3):
            server.pause()
            with pytest.raises(httpx.ConnectError):
                client.post("/V1/orders", json=ORDER)
            server.pause()
            server.resume()
            server.resume()
            assert client.post("/V1/orders", json=ORDER).status_code == 200
    assert server.url == url
    assert len(shop.orders) == 4


def test_stopping_ends_requests_that_wait(served: tuple[SandboxServer, Shop, Wire]) -> None:
    server, _, wire = served
    wire.faults.add(Fault("slow", options={"seconds": 3600, "effect": "late"}))
    failed: list[Exception] = []
    sent = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            try:
                client.post("/V1/orders", content=notify())
            except httpx.TransportError as error:
                failed.append(error)

    def notify() -> Iterator[bytes]:
        yield b"{}"
        sent.set()

    thread = threading.Thread(target=ask)
    thread.start()
    assert sent.wait(10)
    server.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert len(failed) == 1
    server.stop()


def test_it_can_be_started_again_after_a_stop_and_complains_before_the_first() -> None:
    _, wire = make_wire()
    server = SandboxServer(wire)
    with pytest.raises(RuntimeError, match="before it is started"):
        _ = server.url
    with pytest.raises(RuntimeError, match="not started"):
        server.resume()
    for _ in range(2):
        with server:
            assert httpx.get(server.url + "/V1/echo").status_code == 200


def test_a_taken_port_is_an_error_that_can_be_caught() -> None:
    _, wire = make_wire()
    with SandboxServer(wire) as server, pytest.raises(OSError, match="in use"):
        SandboxServer(wire, port=server.port).start()


def test_many_clients_at_once_lose_and_double_nothing(served: tuple[SandboxServer, Shop, Wire]) -> None:
    server, shop, wire = served
    wire.faults.add(Fault("drop_after", times=None, options={"probability": 0.1}))
    wire.faults.add(Fault("drop_before", times=None, options={"probability": 0.1}))
    answered: list[int] = []

    def ask() -> None:
        with httpx.Client(base_url=server.url, timeout=30) as client:
            for _ in range(40):
                try:
                    answered.append(client.post("/V1/orders", json=ORDER).json()["number"])
                except httpx.TransportError:
                    continue

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fired = wire.faults.fired()
    assert len(answered) == len(set(answered)) == 240 - fired["drop_after"] - fired["drop_before"]
    assert len(shop.orders) == 240 - fired["drop_before"]
    assert len(wire.requests_seen) == 240
