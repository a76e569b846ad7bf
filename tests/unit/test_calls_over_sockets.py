"""A client's calls over real connections: what is sent, what is read, and what is said of a call that broke."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator

import pytest

from tidegate.transport import Answer, HttpClient, NoAnswer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
BIG = 8 << 20  #: bytes: more than a connection takes while nobody reads

Script = Callable[[bytes, int], bytes | None]
"""The answer to a request (its bytes) on so-manieth connection; None closes without one."""


class Scripted:
    """A server that answers as its script says; what it was sent, and on which connection."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self.script: Script = lambda request, connection: OK
        self.reads_bodies = True
        self.seen: list[tuple[int, bytes]] = []
        self.ends = threading.Event()  #: set when a connection was closed, by whichever side
        self.hangs_up = False  #: after each answer, without saying so
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"

    def serve(self) -> None:
        """Until the listening socket is closed."""
        number = 0
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection, number), daemon=True).start()
            number += 1

    def _answer(self, connection: socket.socket, number: int) -> None:
        with connection:
            while (request := self._request(connection)) is not None:
                self.seen.append((number, request))
                answer = self.script(request, number)
                if answer is None:
                    return
                connection.sendall(answer)
                if b"Connection: close" in answer or self.hangs_up:
                    break
        self.ends.set()

    def _request(self, connection: socket.socket) -> bytes | None:
        data = b""
        while True:
            head, found, body = data.partition(b"\r\n\r\n")
            if found and (not self.reads_bodies or len(body) >= length_of(head)):
                return data
            try:
                more = connection.recv(1 << 16)
            except OSError:
                return None
            if not more:
                return None
            data += more


def length_of(head: bytes) -> int:
    lines = [line.lower() for line in head.split(b"\r\n")]
    return next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)


@pytest.fixture
def server() -> Iterator[Scripted]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        scripted = Scripted(listening)
        thread = threading.Thread(target=scripted.serve, daemon=True)
        thread.start()
        yield scripted
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.fixture
def client(server: Scripted) -> Iterator[HttpClient]:
    made = HttpClient(f"{server.url}/shop", timeout=5, max_bytes=1 << 16, connections=2)
    yield made
    made.close()


def answered(outcome: Answer | NoAnswer) -> Answer:
    assert isinstance(outcome, Answer), outcome
    return outcome


def lost(outcome: Answer | NoAnswer) -> NoAnswer:
    assert isinstance(outcome, NoAnswer), outcome
    return outcome


# What is sent


def test_a_request_on_the_wire(server: Scripted, client: HttpClient) -> None:
    client.request("GET", "/rest/V1/orders", query="a%5B0%5D=x%20y&b=c/d")
    client.request("PUT", "/p", headers={"Content-Type": "application/json"}, content=b'{"a": 1}')
    client.request("POST", "/q")
    host = server.url.removeprefix("http://")
    usual = {
        f"host: {host}",
        "accept: application/json",
        "accept-encoding: gzip, deflate",
        "connection: keep-alive",
        "user-agent: tidegate/0.1",
    }
    got = []
    for _, request in server.seen:
        head, _, body = request.decode().partition("\r\n\r\n")
        first, *rest = head.split("\r\n")
        names = [f"{name.lower()}: {value}" for name, _, value in (line.partition(": ") for line in rest)]
        assert len(names) == len(set(names))
        assert usual <= set(names)
        got.append((first, set(names) - usual, body))
    assert got == [
        ("GET /shop/rest/V1/orders?a%5B0%5D=x%20y&b=c/d HTTP/1.1", set(), ""),
        ("PUT /shop/p HTTP/1.1", {"content-type: application/json", "content-length: 8"}, '{"a": 1}'),
        ("POST /shop/q HTTP/1.1", {"content-length: 0"}, ""),
    ]
    assert [connection for connection, _ in server.seen] == [0, 0, 0], "one connection, kept"


def test_a_caller_s_own_header_replaces_the_usual_one(server: Scripted, client: HttpClient) -> None:
    client.request("GET", "/", headers={"accept": "text/csv", "User-Agent": "x"})
    head = server.seen[0][1].lower()
    assert head.count(b"\r\naccept: ") == head.count(b"\r\nuser-agent: ") == 1
    assert b"\r\naccept: text/csv\r\n" in head
    assert b"\r\nuser-agent: x\r\n" in head


# What is read


@pytest.mark.parametrize(
    ("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)]
)
def test_packed_answers_are_unpacked(
    server: Scripted, client: HttpClient, name: str, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(b"tides " * 1000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {name}\r\nContent-Length: {len(packed)}\r\n\r\n"
    server.script = lambda request, connection: head.encode() + packed
    assert answered(client.request("GET", "/")).body == b"tides " * 1000


def test_the_size_limit_counts_unpacked_bytes(server: Scripted, client: HttpClient) -> None:
    packed = gzip.compress(b"\0" * (1 << 20))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    server.script = lambda request, connection: head.encode() + packed
    outcome = lost(client.request("GET", "/"))
    assert (outcome.sent, outcome.too_much) == (True, True)


def test_an_answer_that_is_not_packed_as_it_says_is_none(server: Scripted, client: HttpClient) -> None:
    server.script = lambda request, connection: (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"
    )
    assert lost(client.request("GET", "/")).sent


def test_headers_are_lower_case_and_repeated_ones_are_joined(server: Scripted, client: HttpClient) -> None:
    server.script = lambda request, connection: (
        b"HTTP/1.1 404 Not Found\r\nX-Tag: a\r\nx-tag: b\r\nDATE: now\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    answer = answered(client.request("GET", "/"))
    assert (answer.status, answer.body) == (404, b"abcde")
    assert (answer.headers["x-tag"], answer.headers["date"]) == ("a, b", "now")


def test_a_redirect_to_nowhere_is_an_answer(server: Scripted, client: HttpClient) -> None:
    server.script = lambda request, connection: (
        b"HTTP/1.1 302 Found\r\nLocation: http://[bad\r\nContent-Length: 0\r\n\r\n"
    )
    assert answered(client.request("GET", "/")).status == 302
    assert len(server.seen) == 1


# What is said of a call that broke


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    client = HttpClient(f"http://127.0.0.1:{port}", timeout=5, max_bytes=100)
    outcome = lost(client.request("POST", "/", content=b"{}"))
    client.close()
    assert not outcome.sent
    assert "ConnectError" in outcome.text


def test_without_a_free_connection_nothing_was_sent(server: Scripted) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def slow(request: bytes, connection: int) -> bytes:
        reached.set()
        go_on.wait(20)
        return OK

    server.script = slow
    busy = HttpClient(server.url, timeout=20, max_bytes=100, connections=1)
    first = threading.Thread(target=busy.request, args=("GET", "/first"))
    first.start()
    assert reached.wait(20)
    busy._limits = {**busy._limits, "pool": 0.05}
    outcome = lost(busy.request("POST", "/second", content=b"{}"))
    go_on.set()
    first.join()
    answered(busy.request("GET", "/third"))
    busy.close()
    assert not outcome.sent
    assert [request.split(b" ")[1] for _, request in server.seen] == [b"/first", b"/third"]


@pytest.mark.parametrize(
    "answer", [None, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{"]
)
def test_a_connection_that_ends_in_a_call_leaves_doubt_and_nothing_is_sent_again(
    server: Scripted, client: HttpClient, answer: bytes | None
) -> None:
    """On a connection that was used before, too: some libraries silently send once more there."""
    answered(client.request("GET", "/before"))
    server.script = lambda request, connection: answer
    assert lost(client.request("POST", "/order", content=b"{}")).sent
    server.script = lambda request, connection: OK
    answered(client.request("GET", "/after"))
    places = [request.split(b" ")[1] for _, request in server.seen]
    assert places == [b"/shop/before", b"/shop/order", b"/shop/after"]


def test_a_connection_that_ended_between_calls_is_not_used_again(
    server: Scripted, client: HttpClient
) -> None:
    server.script = lambda request, connection: (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}" if connection == 0 else OK
    )
    answered(client.request("GET", "/"))
    answered(client.request("GET", "/"))
    assert [connection for connection, _ in server.seen] == [0, 1]


def test_nor_is_one_that_ended_without_a_word(server: Scripted, client: HttpClient) -> None:
    server.hangs_up = True
    for _ in range(3):
        server.ends.clear()
        answered(client.request("POST", "/", content=b"{}"))
        assert server.ends.wait(20)
    assert [connection for connection, _ in server.seen] == [0, 1, 2]


def test_nonsense_in_place_of_http_leaves_doubt(server: Scripted, client: HttpClient) -> None:
    server.script = lambda request, connection: b"SSH-2.0-OpenSSH_9.2\r\n\r\n"
    assert lost(client.request("POST", "/", content=b"{}")).sent


def test_an_early_refusal_of_a_large_body_is_read(server: Scripted, client: HttpClient) -> None:
    server.reads_bodies = False
    server.script = lambda request, connection: (
        b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    outcome = client.request("POST", "/", content=b"x" * BIG)
    # what the server had not read resets the connection, which may take the answer with it
    assert outcome.status == 413 if isinstance(outcome, Answer) else outcome.sent


# What becomes of connections


def test_an_answer_that_is_not_wanted_closes_its_connection(server: Scripted, client: HttpClient) -> None:
    server.script = lambda request, connection: (
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % BIG + b"x" * (1 << 20) if connection == 0 else OK
    )
    assert lost(client.request("GET", "/")).too_much
    answered(client.request("GET", "/"))
    assert [connection for connection, _ in server.seen] == [0, 1]


def test_a_closed_client_leaves_no_connection(server: Scripted, client: HttpClient) -> None:
    answered(client.request("GET", "/"))
    client.close()
    assert server.ends.wait(20)
    with pytest.raises(RuntimeError, match="closed"):
        client.request("GET", "/")


@pytest.mark.parametrize("host", ["shop..example", "y" * 70 + ".example"])
def test_a_name_that_is_no_host_is_a_call_that_was_never_sent(host: str) -> None:
    """The system's own resolver raises no network error for it; an address may come from a remote's answer."""
    client = HttpClient(f"https://{host}", timeout=5, max_bytes=100)
    answer = lost(client.request("GET", "/"))
    assert "is not the name of a host" in answer.text
    assert not answer.sent
    client.close()
