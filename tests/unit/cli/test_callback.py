"""The address that the browser comes back to: open to everybody on this machine, and moved by nobody else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from tidegate.cli.callback import Callback
from tidegate.clock import SystemClock

STATE = "s" * 43


class Listening:
    """A callback that waits in a thread of its own."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/callback"
        self.stop = threading.Event()
        self.callback = Callback(self.address, STATE)
        self.found = ""
        self.thread = threading.Thread(target=self._wait)
        self.thread.start()

    def _wait(self) -> None:
        with self.callback:
            self.found = self.callback.wait(SystemClock(), 60, self.stop)

    def end(self) -> str:
        self.thread.join(60)
        return self.found


@pytest.fixture
def listening() -> Iterator[Listening]:
    made = Listening()
    yield made
    made.stop.set()
    made.thread.join()


def test_one_idle_visitor_blocks_nobody(listening: Listening) -> None:
    with socket.create_connection(("127.0.0.1", listening.port)):
        answer = httpx.get(listening.address, params={"code": "c", "state": STATE}, timeout=30)
        assert answer.status_code == 200
        assert listening.end() == f"{listening.address}?code=c&state={STATE}"


@pytest.mark.parametrize(
    "query", [{"error": "access_denied"}, {"code": "c"}, {"error": "x", "state": "another"}, {}]
)
def test_only_the_right_state_ends_the_waiting(listening: Listening, query: dict[str, str]) -> None:
    assert httpx.get(listening.address, params=query, timeout=30).status_code == 404
    assert listening.thread.is_alive()
    assert httpx.get(listening.address, params={"error": "no", "state": STATE}, timeout=30).status_code == 200
    assert listening.end().endswith(f"?error=no&state={STATE}")
