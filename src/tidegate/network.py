"""This machine's network, as a client's calls go out to it: each keeps to its deadline, down to a socket's read.

Apart from `transport`, which every command imports: the engine beneath takes a tenth of the start of those that
make no call.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from tidegate.deadline import Deadline
from tidegate.trust import Trust


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
            raise httpcore.ConnectError("the server's certificate is not the pinned one")
        return _Stream(secured, self._deadline, self._trust)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _patience(self, timeout: float | None, late: type[Exception]) -> float:
        left = self._deadline.left()
        if left <= 0:
            raise late(f"the call was not complete after {self._deadline}")
        return left if timeout is None else min(left, timeout)
