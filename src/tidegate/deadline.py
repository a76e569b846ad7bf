"""A total deadline for one call, down to the single read of a socket.

A timeout counts from byte to byte: a server that sends one every two seconds would hold a caller for
hours, in the headers as well as in the body. So every read and write of a connection gets what is left
of the call's deadline, and no more.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

from tidegate.clock import Clock
from tidegate.trust import Trust

_hurry: ContextVar[Callable[[], float] | None] = ContextVar("hurry", default=None)


@contextmanager
def hurried(left: Callable[[], float]) -> Iterator[None]:
    """Each call in the block takes no more than the seconds that are `left`; its client may end it before."""
    token = _hurry.set(left)
    try:
        yield
    finally:
        _hurry.reset(token)


class Deadline:
    """When the call of the present thread has to be over. A call begins and ends in one thread."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._seconds = seconds
        self._clock = clock
        self._calls = threading.local()

    @contextmanager
    def running(self, most: float | None = None) -> Iterator[None]:
        """The time of one call; `most` seconds, where something else ends then."""
        hurry = _hurry.get()
        seconds = self._seconds if most is None else min(self._seconds, most)
        if hurry is not None:
            seconds = min(seconds, hurry())
        self._calls.ends = self._clock.monotonic() + seconds
        try:
            yield
        finally:
            self._calls.ends = None

    def left(self) -> float:
        """Seconds that the present call still has; all of them outside of a call."""
        ends: float | None = getattr(self._calls, "ends", None)
        return self._seconds if ends is None else ends - self._clock.monotonic()

    def __str__(self) -> str:
        return f"{self._seconds:g} s"


class DeadlineTransport(httpx.HTTPTransport):
    """This machine's network, with connections that keep to the deadline."""

    def __init__(self, deadline: Deadline, connections: int, trust: Trust) -> None:
        context = trust.context()
        super().__init__(verify=context, trust_env=False)
        self._pool.close()
        # httpx offers no way to hand in the network, its engine httpcore does.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=5.0,
            network_backend=_Network(deadline, trust),
        )


class _Network(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline, trust: Trust) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline
        self._trust = trust

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._deadline, self._trust)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline, trust: Trust) -> None:
        self._inner = inner
        self._deadline = deadline
        self._trust = trust

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._patience(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._patience(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        patience = self._patience(timeout, httpcore.ConnectTimeout)
        secured = self._inner.start_tls(ssl_context, server_hostname, patience)
        shown = secured.get_extra_info("ssl_object")
        if not self._trust.fits(shown.getpeercert(True) if shown else None):
            secured.close()
            raise httpcore.ConnectError("the server shows another certificate than the pinned one")
        return _Stream(secured, self._deadline, self._trust)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _patience(self, timeout: float | None, late: type[Exception]) -> float:
        left = self._deadline.left()
        if left <= 0:
            raise late(f"the call was not over in its time, {self._deadline} at most")
        return left if timeout is None else min(left, timeout)
