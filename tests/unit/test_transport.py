"""Limits of every call: total deadline, Retry-After, redirects, size."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tidegate.clock import VirtualClock
from tidegate.deadline import hurried
from tidegate.opening import Opening
from tidegate.transport import LONGEST_PAUSE, Answer, HttpClient, NoAnswer

DATE = "Sun, 29 Nov 2026 12:00:00 GMT"


def pause(value: str, date: str = DATE) -> float | None:
    return Answer(503, {"retry-after": value, **({"date": date} if date else {})}, b"").retry_after


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17.0),
        (" 17 ", 17.0),
        ("0", 0.0),
        ("100000000000", LONGEST_PAUSE),  # until the year 5195
        ("9" * 500, LONGEST_PAUSE),
        ("Sun, 29 Nov 2026 12:05:00 GMT", 300.0),
        ("Sun, 29 Nov 2026 11:00:00 GMT", 0.0),
        ("Fri, 31 Dec 5195 23:59:59 GMT", LONGEST_PAUSE),
    ],
)
def test_retry_after_is_trusted_up_to_its_maximum(value: str, seconds: float) -> None:
    assert pause(value) == seconds


@pytest.mark.parametrize("value", ["", "soon", "-5", "1e9", "3.5", "²", "٣", "Sun, 99 Nov 2026", "NaN", ","])
def test_nonsense_in_retry_after_says_nothing(value: str) -> None:
    assert pause(value) is None


def test_a_date_counts_from_the_answer_s_own_date() -> None:
    assert pause("Sun, 29 Nov 2026 12:05:00 GMT", date="") is None
    assert pause("Sun, 29 Nov 2026 12:05:00 GMT", date="yesterday") is None


def test_no_client_keeps_a_cookie() -> None:
    """One visitor's session of the shop must never answer another visitor's question."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie", ""))
        return httpx.Response(200, headers={"set-cookie": "PHPSESSID=anna; Path=/"}, json={})

    client = HttpClient("http://shop", timeout=1, max_bytes=10, transport=httpx.MockTransport(answer))
    assert [client.request("GET", "/") is not None for _ in range(2)] == [True, True]
    assert seen == ["", ""]


class Drip(httpx.SyncByteStream):
    """A byte every two seconds."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.clock.advance(2)
            self.sent += 1
            yield b" "


def test_a_dripping_answer_is_cut_off_by_a_deadline_for_the_whole_call() -> None:
    clock = VirtualClock(datetime(2026, 11, 29, tzinfo=UTC))
    drip = Drip(clock)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=drip))
    client = HttpClient("https://a.example", timeout=10, max_bytes=10**6, transport=transport, clock=clock)

    answer = client.request("GET", "/")

    assert isinstance(answer, NoAnswer)
    assert answer.sent
    assert "not complete after 30 s" in answer.text
    assert drip.sent == 15


def test_a_call_in_a_hurry_is_over_before_its_own_deadline_and_the_next_is_not() -> None:
    clock = VirtualClock(datetime(2026, 11, 29, tzinfo=UTC))
    drips: list[Drip] = []

    def answered(request: httpx.Request) -> httpx.Response:
        drips.append(Drip(clock))
        return httpx.Response(200, stream=drips[-1])

    transport = httpx.MockTransport(answered)
    client = HttpClient("https://a.example", timeout=10, max_bytes=10**6, transport=transport, clock=clock)
    with hurried(lambda: 4.0):
        client.request("GET", "/")
    client.request("GET", "/")
    assert [each.sent for each in drips] == [2, 15]


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"])
def test_over_a_real_socket_headers_and_bodies_are_cut_off_alike(before: bytes) -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(before or b"HTTP/1.1 200 OK\r\nX: ")
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b"a")
                    except OSError:
                        return

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        client = HttpClient(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=0.1, max_bytes=10**6)
        answer = client.request("GET", "/")
        client.close()
        stop.set()
        server.join()
    assert isinstance(answer, NoAnswer)
    assert answer.sent


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(302, headers={"Location": "https://b.example/"})

    client = HttpClient("https://a.example", timeout=1, max_bytes=100, transport=httpx.MockTransport(handle))
    answer = client.request("GET", "/x")
    assert isinstance(answer, Answer)
    assert (answer.status, seen) == (302, ["https://a.example/x"])


def test_an_endless_answer_ends_at_the_size_limit() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Endless())

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b"x" * 1000

    client = HttpClient(
        "https://a.example", timeout=9, max_bytes=9_999, transport=httpx.MockTransport(handle)
    )
    answer = client.request("GET", "/")
    assert isinstance(answer, NoAnswer)
    assert "larger than 9999 bytes" in answer.text


class Challenge(httpx.Auth):
    """Proves who it is once it was asked to."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        answer = yield request
        if answer.status_code == 401:
            request.headers["Authorization"] = f"Answer {answer.headers['WWW-Authenticate']}"
            yield request


class Refuses(httpx.Auth):
    """Cannot sign."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if not request.extensions.get("key"):
            raise LookupError("no key")
        yield request


class Closing(httpx.ByteStream):
    """An answer's body that notes that it was closed."""

    closed = 0

    def close(self) -> None:
        type(self).closed += 1


def test_a_way_to_sign_may_need_a_second_request_and_the_first_answer_is_closed() -> None:
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization", ""))
        status = 200 if seen[-1] else 401
        return httpx.Response(status, headers={"WWW-Authenticate": "riddle"}, stream=Closing(b"x"))

    Closing.closed = 0
    client = HttpClient("https://a.example", timeout=1, max_bytes=9, transport=httpx.MockTransport(handle))
    answer = client.request("POST", "/", content=b"{}", auth=Challenge())
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body, seen) == (200, b"x", ["", "Answer riddle"])
    assert Closing.closed == 2


def test_what_cannot_be_signed_is_not_sent() -> None:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    client = HttpClient("https://a.example", timeout=1, max_bytes=9, transport=httpx.MockTransport(handle))
    with pytest.raises(LookupError):
        client.request("GET", "/", auth=Refuses())
    assert seen == []


@pytest.mark.parametrize(
    ("error", "sent", "too_much"),
    [
        (httpx.ConnectError, False, False),
        (httpx.ConnectTimeout, False, False),
        (httpx.PoolTimeout, False, False),
        (httpx.UnsupportedProtocol, False, False),
        (httpx.ReadTimeout, True, True),
        (httpx.WriteTimeout, True, True),
        (httpx.ReadError, True, False),
        (httpx.WriteError, True, False),
        (httpx.RemoteProtocolError, True, False),
        (httpx.LocalProtocolError, True, False),
    ],
)
def test_only_what_certainly_did_not_leave_is_not_sent(
    error: type[httpx.TransportError], sent: bool, too_much: bool
) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error("broken")

    client = HttpClient("https://a.example", timeout=1, max_bytes=9, transport=httpx.MockTransport(handle))
    assert client.request("GET", "/") == NoAnswer(sent, f"{error.__name__}: broken", too_much)


def test_the_timeouts_of_a_call_reach_the_transport_and_a_window_cuts_them() -> None:
    seen: list[dict[str, float]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200)

    left = [1000.0, 12.0]
    client = HttpClient(
        "https://a.example",
        timeout=20,
        max_bytes=9,
        transport=httpx.MockTransport(handle),
        gate=lambda: Opening(left.pop(0), "open"),
    )
    client.request("GET", "/")
    client.request("GET", "/")
    assert seen == [
        {"connect": 15.0, "read": 20, "write": 20, "pool": 20},
        {"connect": 12.0, "read": 12.0, "write": 12.0, "pool": 12.0},
    ]


@pytest.mark.parametrize(
    ("address", "path", "more", "sent"),
    [
        ("https://a.example", "/x", {}, "https://a.example/x"),
        ("https://a.example/shop/", "/x", {"query": "a=%2F&b"}, "https://a.example/shop/x?a=%2F&b"),
        (
            "https://a.example:443",
            "/x",
            {"params": [("a b", "c/d"), ("e", "")]},
            "https://a.example/x?a+b=c%2Fd&e=",
        ),
        ("https://A.example:8443", "/x?y=1", {}, "https://a.example:8443/x?y=1"),
        ("http://[::1]:80", "/a b/ü", {"query": "c=d e"}, "http://[::1]/a%20b/%C3%BC?c=d%20e"),
        ("https://bücher.example", "", {}, "https://xn--bcher-kva.example"),
    ],
)
def test_addresses(address: str, path: str, more: dict[str, Any], sent: str) -> None:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    client = HttpClient(address, timeout=1, max_bytes=9, transport=httpx.MockTransport(handle))
    client.request("GET", path, **more)
    url = httpx.URL(sent)
    assert (seen[0].url, seen[0].url.raw_path) == (url, url.raw_path)
    assert seen[0].headers["Host"] == url.netloc.decode()


def test_an_account_in_the_address_signs_in_unless_the_call_does() -> None:
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200)

    address = "https://hub:secret@a.example"
    client = HttpClient(address, timeout=1, max_bytes=9, transport=httpx.MockTransport(handle))
    client.request("GET", "/")
    client.request("GET", "/", auth=httpx.BasicAuth("x", "y"))
    assert seen == ["Basic aHViOnNlY3JldA==", "Basic eDp5"]
