"""All HTTP calls of the hub: each has a timeout, a deadline, a size limit and redaction.

The httpx transport is a parameter, so that production code can call an in-process sandbox on a virtual clock.
:class:`NoAnswer` says whether the request may have left this machine: this decides between *not sent* and *in doubt*.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from tidegate import tracing
from tidegate.address import Address
from tidegate.clock import Clock, SystemClock
from tidegate.deadline import Deadline
from tidegate.http_library import httpx
from tidegate.opening import SHORTEST, Opening
from tidegate.redaction import redact
from tidegate.trust import LOOPBACK, PUBLIC, Trust

if TYPE_CHECKING:
    Auth = httpx.Auth

#: Logs one line for each call, at level `debug`.
calls = logging.getLogger("tidegate.calls")

LONGEST_PAUSE = 3600.0
"""The most seconds that a Retry-After header can ask for: after them the system is called again."""
DEADLINE = 3
"""A whole call may take this many timeouts: a timeout only limits the time between two bytes."""


class PlainHttpRefused(ValueError):
    """Plain http to another machine is refused: it would expose credentials on the network."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type without parameters, lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """Whether the content type is JSON's; that of login and maintenance pages is not."""
        return self.content_type == "application/json" or self.content_type.endswith("+json")

    @property
    def date(self) -> datetime | None:
        """The Date header, with its time zone: the time by the server's clock. None without a valid one."""
        return _instant(self.headers.get("date", ""))

    @property
    def retry_after(self) -> float | None:
        """Seconds of the Retry-After header, from 0 to `LONGEST_PAUSE`; None without a valid one.

        A date is compared with the answer's Date header, so that an error of our clock has no effect.
        """
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdigit():
            return min(float(value), LONGEST_PAUSE)
        until, since = _instant(value), self.date
        if until is None or since is None:
            return None
        return min(max((until - since).total_seconds(), 0.0), LONGEST_PAUSE)

    def text(self, limit: int = 300) -> str:
        """The first `limit` characters of the body for messages, redacted."""
        return redact(self.body[: limit * 4].decode("utf-8", "replace"))[:limit]


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No complete answer. `sent` is False only when the request certainly did not leave.

    `too_much`: the answer took too long or was too large; a request for less may be answered.
    """

    sent: bool
    text: str
    too_much: bool = False


@lru_cache(maxsize=64)
def _instant(text: str) -> datetime | None:
    """An HTTP date with its time zone; None for anything else."""
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


@dataclass(slots=True, eq=False)
class Counter:
    """Counts the requests of one client over all threads, and in the tally of the work that makes them."""

    value: int = 0
    bytes: int = 0  #: bytes of bodies, sent and received
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def weigh(self, size: int) -> None:
        """Count the bytes of a body that was received."""
        with self._lock:
            self.bytes += size

    def add(self, size: int = 0) -> None:
        """Count one request with a body of so many bytes."""
        with self._lock:
            self.value += 1
            self.bytes += size
        tally = _TALLY.get()
        if tally is not None:
            tally.add(self)


class Tally:
    """Counts the requests of one piece of work, for each client's counter.

    Connections and threads share clients, so the clients' own counters do not show the requests of one cycle.
    Threads that work for the cycle run in a copy of its context (`contextvars.copy_context`).
    """

    def __init__(self) -> None:
        self._counted: dict[Counter, int] = {}
        self._lock = threading.Lock()

    def add(self, counter: Counter) -> None:
        """Count one request of this client."""
        with self._lock:
            self._counted[counter] = self._counted.get(counter, 0) + 1

    def of(self, *counters: Counter) -> int:
        """Requests of these clients."""
        with self._lock:
            return sum(self._counted.get(counter, 0) for counter in counters)


_TALLY: ContextVar[Tally | None] = ContextVar("tally", default=None)


@contextmanager
def tallied() -> Iterator[Tally]:
    """Count the requests of this block; those of an inner `tallied` block count in the inner one only."""
    tally = Tally()
    token = _TALLY.set(tally)
    try:
        yield tally
    finally:
        _TALLY.reset(token)


class Counted:
    """A class whose requests go through one HTTP client, which counts them."""

    _http: HttpClient

    @property
    def calls(self) -> int:
        """All requests of that client so far."""
        return self._http.counter.value

    @property
    def bytes(self) -> int:
        """Bytes of their bodies, sent and received."""
        return self._http.counter.bytes

    def calls_in(self, tally: Tally) -> int:
        """The requests of these that one piece of work has made."""
        return tally.of(self._http.counter)


Gate = Callable[[], Opening | None]
"""Called immediately before sending, after all waits for a seat, a sign-in or a page. None: no time limit."""


class HttpClient:
    """The HTTP client of one external system, with its pool of connections."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float,
        max_bytes: int,
        transport: httpx.BaseTransport | None = None,
        connections: int = 4,
        clock: Clock | None = None,
        trust: Trust = PUBLIC,
        gate: Gate | None = None,
    ) -> None:
        """`timeout` is in seconds between two bytes; the whole call may take `DEADLINE` times as long.

        A call ends when the time that the `gate` allows is over; a call that the gate forbids is not sent.
        PlainHttpRefused for an http address of another machine that `trust` does not allow.
        """
        from tidegate.plain_client import PlainClient  # loads httpx, with the first client

        address = Address(base_url)
        plain = address.host in LOOPBACK or trust.allows_plain(address.host)
        if address.scheme != "https" and not plain and transport is None:
            raise PlainHttpRefused(
                f"{base_url}: plain http is allowed only to this machine itself; use https://"
            )
        self.base_url = address.text
        self._host = address.host
        self.counter = Counter()
        self._max_bytes = max_bytes
        self._gate = gate
        self._limits: Mapping[str, float] = {
            "connect": min(timeout, 15.0),
            "read": timeout,
            "write": timeout,
            "pool": timeout,
        }
        self._deadline = Deadline(timeout * DEADLINE, clock or SystemClock())
        self._client = PlainClient(address, transport or this_network(self._deadline, connections, trust))

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
        anytime: bool = False,
    ) -> Answer | NoAnswer:
        """Make one call. `query` is sent as it is; `params` are encoded. A network error is a NoAnswer, never raised.

        `anytime`: the gate is not asked; for a sign-in by a person while the company is closed.
        """
        opening = None if self._gate is None or anytime else self._gate()
        if opening is not None and opening.seconds < SHORTEST:
            return NoAnswer(sent=False, text=f"{opening.reason}: nothing was sent")
        most = None if opening is None else opening.seconds
        if params and not query:
            query = str(httpx.QueryParams(list(params)))
        limits = self._limits if most is None else _within(self._limits, most)
        request = self._client.request(method, path, query, headers or {}, content, limits)
        self.counter.add(len(content or b""))
        with (
            self._deadline.running(most),
            tracing.span("call", **{"http.request.method": method, "server.address": self._host}) as about,
        ):
            answer = self._call(request, auth)
            about["outcome"] = answer.status if isinstance(answer, Answer) else "no answer"
            # without the query, which may contain personal data
            calls.debug("%s %s%s: %s", method, self._host, path, about["outcome"])
        if limits is not self._limits and isinstance(answer, NoAnswer) and answer.too_much:
            return replace(answer, too_much=False)  # the gate gave it less than the usual time
        return answer

    def _call(self, request: httpx.Request, auth: Auth | None) -> Answer | NoAnswer:
        try:
            response = self._client.send(request, auth)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.UnsupportedProtocol,
        ) as error:
            return NoAnswer(sent=False, text=redact(f"{type(error).__name__}: {error}"))
        except httpx.HTTPError as error:
            return _lost(error)
        try:
            return self._read(response)
        finally:
            response.close()

    def _read(self, response: httpx.Response) -> Answer | NoAnswer:
        chunks: list[bytes] = []
        size = 0
        try:
            for chunk in _chunks(response):
                size += len(chunk)
                if size > self._max_bytes:
                    text = f"the answer is larger than {self._max_bytes} bytes"
                    return NoAnswer(sent=True, text=text, too_much=True)
                chunks.append(chunk)
                if self._deadline.left() <= 0:
                    text = f"the answer was not complete after {self._deadline}"
                    return NoAnswer(sent=True, text=text, too_much=True)
        except httpx.HTTPError as error:
            return _lost(error)
        self.counter.weigh(size)
        return Answer(response.status_code, dict(response.headers.items()), b"".join(chunks))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def this_network(deadline: Deadline, connections: int, trust: Trust) -> httpx.BaseTransport:
    """The transport of this machine's own network."""
    from tidegate.network import DeadlineTransport  # loads the HTTP engine, which tests do not need

    return DeadlineTransport(deadline, connections, trust)


def _within(limits: Mapping[str, float], seconds: float) -> Mapping[str, float]:
    """The timeouts, each cut to `seconds`; the same object where the whole call has that time."""
    if seconds >= limits["read"] * DEADLINE:
        return limits
    return {name: min(limit, seconds) for name, limit in limits.items()}


def _chunks(response: httpx.Response) -> Iterable[bytes]:
    """The body, unpacked; past the layers that unpack where nothing is packed."""
    if response.is_stream_consumed or "content-encoding" in response.headers:
        return response.iter_bytes()
    assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 - no transport of ours has another
    return response.stream


def _lost(error: httpx.HTTPError) -> NoAnswer:
    text = redact(f"{type(error).__name__}: {error}")
    return NoAnswer(sent=True, text=text, too_much=isinstance(error, httpx.TimeoutException))


@dataclass(frozen=True, slots=True)
class ClientFactory:
    """Makes all HTTP clients of a hub; tests and the simulation pass a transport."""

    transport: httpx.BaseTransport | None = None
    clock: Clock | None = None  #: for deadlines; None: this machine's own
    gate: Gate | None = None  #: for every client that it makes

    def client(
        self,
        base_url: str,
        *,
        timeout: float,
        max_bytes: int,
        connections: int = 4,
        trust: Trust = PUBLIC,
    ) -> HttpClient:
        """A client for one external system; `timeout` in seconds between two bytes."""
        return HttpClient(
            base_url,
            timeout=timeout,
            max_bytes=max_bytes,
            transport=self.transport,
            connections=connections,
            clock=self.clock,
            trust=trust,
            gate=self.gate,
        )
