"""The one way out: every HTTP call of the hub has a timeout, a size limit and redaction, here.

The underlying httpx transport is handed in, so that the production code runs against an in-process
sandbox under a virtual clock. Whether a request may have left this machine is part of the answer
(:class:`NoAnswer`), since that decides between *not sent* and *in doubt*.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from tidegate.redaction import redact

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class PlainHttpRefused(ValueError):
    """Plain http would show credentials to everybody on the way."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type without parameters, lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """Whether the answer says that it is JSON; login and maintenance pages do not."""
        return self.content_type == "application/json" or self.content_type.endswith("+json")

    @property
    def retry_after(self) -> float | None:
        """Seconds of the Retry-After header, when it is a number."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isdigit() else None

    def text(self, limit: int = 300) -> str:
        """The beginning of the body for people, redacted."""
        return redact(self.body[: limit * 4].decode("utf-8", "replace"))[:limit]


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No complete answer. `sent` is False only when the request certainly did not leave."""

    sent: bool
    text: str


Auth = httpx.Auth


@dataclass(slots=True)
class Counter:
    """Requests counted over all threads."""

    value: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self) -> None:
        """One more."""
        with self._lock:
            self.value += 1


class HttpClient:
    """One foreign system's connection pool."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float,
        max_bytes: int,
        transport: httpx.BaseTransport | None = None,
        connections: int = 4,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK and transport is None:
            raise PlainHttpRefused(f"{base_url}: plain http is allowed to this machine only; use https://")
        self.base_url = base_url.rstrip("/")
        self.counter = Counter()
        self._max_bytes = max_bytes
        self._client = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 15.0), pool=timeout),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "tidegate/0.1", "Accept": "application/json"},
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        auth: Auth | None = None,
    ) -> Answer | NoAnswer:
        """Make one call. `query` is sent as it is; `params` are encoded. Never raises for the wire."""
        url = self.base_url + path
        if query:
            url += "?" + query
        elif params:
            url += "?" + str(httpx.QueryParams(list(params)))
        request = self._client.build_request(method, url, headers=dict(headers or {}), content=content)
        self.counter.add()
        try:
            response = self._client.send(request, auth=auth, stream=True)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.UnsupportedProtocol,
        ) as error:
            return NoAnswer(sent=False, text=redact(f"{type(error).__name__}: {error}"))
        except httpx.HTTPError as error:
            return NoAnswer(sent=True, text=redact(f"{type(error).__name__}: {error}"))
        try:
            return self._read(response)
        finally:
            response.close()

    def _read(self, response: httpx.Response) -> Answer | NoAnswer:
        chunks: list[bytes] = []
        size = 0
        try:
            for chunk in response.iter_bytes():
                size += len(chunk)
                if size > self._max_bytes:
                    return NoAnswer(sent=True, text=f"the answer is larger than {self._max_bytes} bytes")
                chunks.append(chunk)
        except httpx.HTTPError as error:
            return NoAnswer(sent=True, text=redact(f"{type(error).__name__}: {error}"))
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, b"".join(chunks))

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()


@dataclass(frozen=True, slots=True)
class ClientFactory:
    """Makes every HTTP client of a hub; tests and the simulation hand in a transport."""

    transport: httpx.BaseTransport | None = None

    def client(self, base_url: str, *, timeout: float, max_bytes: int, connections: int = 4) -> HttpClient:
        """A client for one foreign system; `timeout` in seconds."""
        return HttpClient(
            base_url, timeout=timeout, max_bytes=max_bytes, transport=self.transport, connections=connections
        )
