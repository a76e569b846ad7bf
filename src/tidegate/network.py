"""This machine's network, as a client's calls go out to it: each keeps to its deadline, down to a socket's read.

Apart from `transport`, which every command imports: the engine beneath takes a tenth of the start of those that
make no call.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import httpcore
import httpx

from tidegate.connections import Connections
from tidegate.deadline import Deadline
from tidegate.trust import Trust

#: The engine's failures as those of the library that everybody else knows: they have the same names.
_FAILURES: dict[type[Exception], type[httpx.TransportError]] = {
    getattr(httpcore, name): getattr(httpx, name)
    for name in (
        *("ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout", "TimeoutException"),
        *("ConnectError", "ReadError", "WriteError", "NetworkError"),
        *("LocalProtocolError", "RemoteProtocolError", "ProtocolError", "UnsupportedProtocol"),
    )
}
_FAILURES[httpcore.ConnectionNotAvailable] = httpx.ConnectError  # closed before anything was sent
_FAILED = tuple(_FAILURES)


KEPT = 5.0
"""Seconds that an idle connection is kept: servers close theirs after some more."""


class DeadlineTransport(httpx.BaseTransport):
    """This machine's network, with connections that keep to the deadline."""

    def __init__(self, deadline: Deadline, connections: int, trust: Trust) -> None:
        context, network = trust.context(), _Network(deadline, trust)
        self._connections = Connections(
            connections,
            lambda origin: httpcore.HTTPConnection(
                origin, ssl_context=context, keepalive_expiry=KEPT, network_backend=network
            ),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request once; the body of the answer is read from the connection as it is asked for."""
        url, content = request.url, request.read()
        if url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol(f"no calls by {url.scheme!r}")
        where = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = httpcore.Request(
            request.method.encode(),
            where,
            headers=request.headers.raw,
            content=[content] if content else [],
            extensions=request.extensions,
        )
        patience = request.extensions.get("timeout", {}).get("pool")
        try:
            connection = self._connections.take(where.origin, patience)
            try:
                answer = connection.handle_request(asked)
            except BaseException:
                self._connections.give_back(connection)
                raise
        except _FAILED as error:
            raise _failure(error) from error
        body = _Body(answer, lambda: self._connections.give_back(connection))
        return httpx.Response(
            answer.status, headers=answer.headers, stream=body, extensions=answer.extensions
        )

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()


class _Body(httpx.SyncByteStream):
    """The body of an answer on a connection."""

    def __init__(self, answer: httpcore.Response, read: Callable[[], None]) -> None:
        self._answer = answer
        self._read: Callable[[], None] | None = read

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from cast("Iterable[bytes]", self._answer.stream)
        except _FAILED as error:
            raise _failure(error) from error

    def close(self) -> None:
        read, self._read = self._read, None
        if read is not None:
            try:
                self._answer.close()
            finally:
                read()


def _failure(error: Exception) -> httpx.TransportError:
    kind = next(_FAILURES[each] for each in type(error).__mro__ if each in _FAILURES)
    return kind(str(error))


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
        try:
            stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        except (
            UnicodeError
        ) as error:  # a name that no name server can be asked for: its parts are empty or too long
            raise httpcore.ConnectError(f"{host[:80]!r} is not the name of a host: {error}") from None
        return _Stream(stream, self._deadline, self._trust)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline, trust: Trust) -> None:
        self._inner = inner
        self._deadline = deadline
        self._trust = trust

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._patience(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer:  # the engine's end of a request is none
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
