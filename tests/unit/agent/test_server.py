"""The server over a loopback socket: what is not read is refused in the contract's form, and nobody waits for ever."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tidegate_agent import server
from tidegate_agent.http_face import MOST_BYTES
from tidegate_agent.server import AgentServer
from tidegate_agent.settings import Listening
from unit.agent.hub import Stand

ORDERS = "POST /v1/companies/ABC/orders"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    running = AgentServer(Listening(port=0), Stand(tmp_path).face)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running.port
    running.shutdown()
    running.server_close()
    thread.join()


def sent(port: int, text: str) -> bytes:
    """What comes back until the server closes the connection."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as made:
        made.sendall(text.encode())
        while data := made.recv(65536):
            got += data
    return got


@pytest.mark.parametrize(
    ("request_line", "header", "status", "kind", "message"),
    [
        (ORDERS, f"Content-Length: {MOST_BYTES + 1}", 400, "format", f"longer than {MOST_BYTES} bytes"),
        (ORDERS, "Content-Length: -1", 400, "format", "Content-Length is missing or no number"),
        (ORDERS, "Transfer-Encoding: chunked", 400, "format", "Content-Length is missing or no number"),
        ("PUT /v1/health", "Connection: close", 404, "not_found", "There is no PUT /v1/health"),
    ],
)
def test_what_is_not_read_is_refused_in_the_contracts_form(
    port: int, request_line: str, header: str, status: int, kind: str, message: str
) -> None:
    answer = sent(
        port,
        f"{request_line} HTTP/1.1\r\nAuthorization: Bearer token-1\r\nX-Request-Id: r-7\r\n{header}\r\n\r\n",
    )
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    error = json.loads(body)["error"]
    assert (error["class"], error["request_id"]) == (kind, "r-7")
    assert message in error["message"]


def test_a_client_that_does_not_send_its_request_is_let_go(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server._Handler.timeout == 60
    monkeypatch.setattr(server._Handler, "timeout", 0.01)
    assert sent(port, "GET /v1/health HTTP/1.1\r\n") == b""
