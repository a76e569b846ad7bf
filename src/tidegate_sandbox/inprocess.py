"""A simulator without sockets: an httpx transport that calls the wire directly, in virtual time.

So a business year of calls runs in seconds, with the client's production code, its timeouts included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import unquote_to_bytes

import httpx

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.wire import ConnectionDropped, Dripping, Wire


@lru_cache(maxsize=256)
def _environ_key(name: bytes) -> str:
    key = name.decode("latin-1").upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


class _CutStream(httpx.SyncByteStream):
    """A body that breaks off."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts
        raise httpx.RemoteProtocolError(
            "peer closed connection without sending complete message body "
            f"(received {sum(map(len, self._parts))} bytes)"
        )


class _DripStream(httpx.SyncByteStream):
    """A body that comes while it is read."""

    def __init__(self, body: Dripping) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._body
        except ConnectionDropped:
            raise httpx.ReadTimeout("The read operation timed out") from None


class InProcessTransport(httpx.BaseTransport):
    """Calls a wire directly. Broken connections and timeouts raise what httpx raises over a real network.

    ``clock`` is moved instead of waiting (by default the wire's own). ``service_time(method, path)`` gives
    the seconds of virtual time that a call costs; a call that costs more than the client's read timeout is
    carried out, and the client sees the timeout. Threads that share a clock add up their times.
    """

    def __init__(
        self,
        wire: Wire,
        clock: SandboxClock | None = None,
        *,
        service_time: Callable[[str, str], float] | None = None,
    ) -> None:
        self.wire = wire
        self.clock = wire.clock if clock is None else clock
        self.service_time = service_time

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raises ConnectError, RemoteProtocolError or ReadTimeout as a network would."""
        environ = self._environ(request)
        patience: float | None = request.extensions.get("timeout", {}).get("read")
        cost = self.service_time(request.method, environ["PATH_INFO"]) if self.service_time else 0.0
        if patience is not None and cost > patience:
            environ["sandbox.wait"] = lambda _seconds: None  # too late for the client in any case
            self._call(environ, request)
            self.clock.advance(patience)
            raise httpx.ReadTimeout("The read operation timed out", request=request)
        if cost:
            self.clock.advance(cost)
        rest = None if patience is None else patience - cost
        environ["sandbox.wait"] = lambda seconds: self._wait(seconds, rest)
        return self._call(environ, request)

    def _call(self, environ: dict[str, Any], request: httpx.Request) -> httpx.Response:
        status, headers = "", list[tuple[str, str]]()

        def start(line: str, fields: list[tuple[str, str]], _exc: object = None) -> Any:
            nonlocal status, headers
            status, headers = line, fields

        parts: list[bytes] = []
        stream: httpx.SyncByteStream
        try:
            body = self.wire(environ, start)
            if isinstance(body, Dripping):
                stream = _DripStream(body)
            else:
                for part in body:
                    parts.append(part)
                stream = httpx.ByteStream(b"" if request.method == "HEAD" else b"".join(parts))
        except ConnectionDropped as drop:
            if drop.stage == "refused":
                raise httpx.ConnectError("[Errno 111] Connection refused", request=request) from None
            if drop.stage == "timeout":
                raise httpx.ReadTimeout("The read operation timed out", request=request) from None
            if drop.stage != "body":
                raise httpx.RemoteProtocolError(
                    "Server disconnected without sending a response.", request=request
                ) from None
            stream = _CutStream(parts)
        return httpx.Response(
            int(status[:3]),
            headers=headers,
            stream=stream,
            extensions={"http_version": b"HTTP/1.1", "reason_phrase": status[4:].encode("ascii", "replace")},
        )

    def _wait(self, seconds: float, patience: float | None) -> float | None:
        """Move the clock instead of waiting; the seconds left when the client gave up, None if it waits."""
        if patience is None:
            if seconds == float("inf"):
                return 0.0
            self.clock.advance(seconds)
            return None
        if seconds > patience:
            self.clock.advance(patience)
            return seconds - patience
        self.clock.advance(seconds)
        return None

    @staticmethod
    def _environ(request: httpx.Request) -> dict[str, Any]:
        url = request.url
        raw, _, query = url.raw_path.partition(b"?")
        body = request.read()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": (unquote_to_bytes(raw) if b"%" in raw else raw).decode("latin-1"),
            "QUERY_STRING": query.decode("latin-1"),
            "REQUEST_URI": url.raw_path.decode("latin-1"),
            "RAW_URI": url.raw_path.decode("latin-1"),
            "SERVER_NAME": url.host,
            "SERVER_PORT": str(url.port or (443 if url.scheme == "https" else 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": url.scheme,
            "wsgi.input": BytesIO(body),
            "wsgi.errors": StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in request.headers.raw:
            key, text = _environ_key(name), value.decode("latin-1")
            environ[key] = f"{environ[key]},{text}" if key in environ else text
        if body:
            environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return environ


class HostsTransport(httpx.BaseTransport):
    """Several hosts behind one client: routes by the host of the URL.

    ConnectError for a host that is not known (as when its name does not resolve) or is in ``down``, a set
    that may be changed at any time.
    """

    def __init__(self, hosts: Mapping[str, httpx.BaseTransport]) -> None:
        self._hosts = {host.lower(): transport for host, transport in hosts.items()}
        self.down: set[str] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Hand the request to its host's transport."""
        host = request.url.host
        if host not in self._hosts:
            raise httpx.ConnectError("[Errno -2] Name or service not known", request=request)
        if host in self.down:
            raise httpx.ConnectError("[Errno 111] Connection refused", request=request)
        return self._hosts[host].handle_request(request)

    def close(self) -> None:
        """Close the transports of all hosts."""
        for transport in self._hosts.values():
            transport.close()
