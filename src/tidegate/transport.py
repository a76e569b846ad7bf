"""The one way out: every HTTP call of the hub has a timeout, a deadline, a size limit and redaction, here.

The underlying httpx transport is handed in, so that the production code runs against an in-process
sandbox under a virtual clock. Whether a request may have left this machine is part of the answer
(:class:`NoAnswer`), since that decides between *not sent* and *in doubt*.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tidegate import tracing
from tidegate.clock import Clock, SystemClock
from tidegate.deadline import Deadline
from tidegate.http_library import httpx
from tidegate.opening import SHORTEST, Opening
from tidegate.redaction import redact
from tidegate.trust import LOOPBACK, PUBLIC, Trust

if TYPE_CHECKING:
    Auth = httpx.Auth

#: A line for each call, at `debug`; cheap where nobody listens.
calls = logging.getLogger("tidegate.calls")

LONGEST_PAUSE = 3600.0
"""Seconds that a Retry-After header is believed at most: after that the system is asked again."""
DEADLINE = 3
"""So many times its timeout a whole call may take: a timeout alone is per byte, and bytes may drip."""


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
    def date(self) -> datetime | None:
        """When it was given, by the other side's own clock, aware; None where it does not say."""
        return _instant(self.headers.get("date", ""))

    @property
    def retry_after(self) -> float | None:
        """Seconds of the Retry-After header, from 0 to `LONGEST_PAUSE`; None where it says nothing.

        A date counts from the answer's own Date header, so that a wrong clock of ours plays no part.
        """
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdigit():
            return min(float(value), LONGEST_PAUSE)
        until, since = _instant(value), self.date
        if until is None or since is None:
            return None
        return min(max((until - since).total_seconds(), 0.0), LONGEST_PAUSE)

    def text(self, limit: int = 300) -> str:
        """The beginning of the body for people, redacted."""
        return redact(self.body[: limit * 4].decode("utf-8", "replace"))[:limit]


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No complete answer. `sent` is False only when the request certainly did not leave.

    `too_much` tells that it took too long or was too large: a smaller question may be answered.
    """

    sent: bool
    text: str
    too_much: bool = False


def _instant(text: str) -> datetime | None:
    """An HTTP date, aware; None for anything else."""
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


@dataclass(slots=True, eq=False)
class Counter:
    """Requests counted over all threads; and by the tally of whoever makes them."""

    value: int = 0
    bytes: int = 0  #: of bodies, both ways
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def weigh(self, size: int) -> None:
        """So many bytes of a body were sent or received."""
        with self._lock:
            self.bytes += size

    def add(self) -> None:
        """One more."""
        with self._lock:
            self.value += 1
        tally = _TALLY.get()
        if tally is not None:
            tally.add(self)


class Tally:
    """Requests of one piece of work, by the counter of the client that made them.

    Clients are shared by connections and threads; so what one cycle has asked cannot be read from the clients'
    own counters. Threads that work for it run in a copy of its context (`contextvars.copy_context`).
    """

    def __init__(self) -> None:
        self._counted: dict[Counter, int] = {}
        self._lock = threading.Lock()

    def add(self, counter: Counter) -> None:
        """One more by this client."""
        with self._lock:
            self._counted[counter] = self._counted.get(counter, 0) + 1

    def of(self, *counters: Counter) -> int:
        """Requests by these clients."""
        with self._lock:
            return sum(self._counted.get(counter, 0) for counter in counters)


_TALLY: ContextVar[Tally | None] = ContextVar("tally", default=None)


@contextmanager
def tallied() -> Iterator[Tally]:
    """Count the requests of this block; those of a block within it are that one's alone."""
    tally = Tally()
    token = _TALLY.set(tally)
    try:
        yield tally
    finally:
        _TALLY.reset(token)


class Counted:
    """What one system is asked through one HTTP client, counted there."""

    _http: HttpClient

    @property
    def calls(self) -> int:
        """Requests through that client so far, of whatever kind."""
        return self._http.counter.value

    @property
    def bytes(self) -> int:
        """Of their bodies, both ways."""
        return self._http.counter.bytes

    def calls_in(self, tally: Tally) -> int:
        """Those of them that one piece of work has made."""
        return tally.of(self._http.counter)


Gate = Callable[[], Opening | None]
"""Asked at the very moment of sending, after every wait for a seat, a sign-in or a page; None: no end is near."""


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
        clock: Clock | None = None,
        trust: Trust = PUBLIC,
        gate: Gate | None = None,
    ) -> None:
        """`timeout` is in seconds between two bytes; the whole call may take `DEADLINE` times as long.

        A call that the `gate` limits is given up when its time is over, and one that it forbids does not leave.
        """
        from tidegate.cookies import Forgetful  # loads httpx, with the first client

        parts = urlsplit(base_url)
        plain = parts.hostname in LOOPBACK or trust.allows_plain(parts.hostname)
        if parts.scheme != "https" and not plain and transport is None:
            raise PlainHttpRefused(
                f"{base_url}: plain http is allowed only to this machine itself; use https://"
            )
        self.base_url = base_url.rstrip("/")
        self.counter = Counter()
        self._max_bytes = max_bytes
        self._gate = gate
        self._timeout = httpx.Timeout(timeout, connect=min(timeout, 15.0), pool=timeout)
        self._deadline = Deadline(timeout * DEADLINE, clock or SystemClock())
        self._client = Forgetful(
            transport=transport or this_network(self._deadline, connections, trust),
            timeout=self._timeout,
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
        anytime: bool = False,
    ) -> Answer | NoAnswer:
        """Make one call. `query` is sent as it is; `params` are encoded. Never raises for the wire.

        `anytime` is for what a person does while the gate is closed: a sign-in.
        """
        opening = None if self._gate is None or anytime else self._gate()
        if opening is not None and opening.seconds < SHORTEST:
            return NoAnswer(sent=False, text=f"{opening.reason}: nothing was sent")
        most = None if opening is None else opening.seconds
        url = self.base_url + path
        if query:
            url += "?" + query
        elif params:
            url += "?" + str(httpx.QueryParams(list(params)))
        limits = self._timeout if most is None else _within(self._timeout, most)
        request = self._client.build_request(
            method, url, headers=dict(headers or {}), content=content, timeout=limits
        )
        self.counter.add()
        self.counter.weigh(len(content or b""))
        with (
            self._deadline.running(most),
            tracing.span(
                "call", **{"http.request.method": method, "server.address": request.url.host}
            ) as about,
        ):
            answer = self._call(request, auth)
            about["outcome"] = answer.status if isinstance(answer, Answer) else "no answer"
            # without the query, which may name a person
            calls.debug("%s %s%s: %s", method, request.url.host, path, about["outcome"])
        if limits is not self._timeout and isinstance(answer, NoAnswer) and answer.too_much:
            return replace(answer, too_much=False)  # it was given less time than it may take otherwise
        return answer

    def _call(self, request: httpx.Request, auth: Auth | None) -> Answer | NoAnswer:
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
            return _lost(error)
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
                    text = f"the answer is larger than {self._max_bytes} bytes"
                    return NoAnswer(sent=True, text=text, too_much=True)
                chunks.append(chunk)
                if self._deadline.left() <= 0:
                    text = f"the answer was not complete after {self._deadline}"
                    return NoAnswer(sent=True, text=text, too_much=True)
        except httpx.HTTPError as error:
            return _lost(error)
        self.counter.weigh(size)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, b"".join(chunks))

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()


def this_network(deadline: Deadline, connections: int, trust: Trust) -> httpx.BaseTransport:
    """This machine's own."""
    from tidegate.network import DeadlineTransport  # loads the engine, which a hub under test may do without

    return DeadlineTransport(deadline, connections, trust)


def _within(limits: httpx.Timeout, seconds: float) -> httpx.Timeout:
    """The same object where there is time enough."""
    if limits.read is None or seconds >= limits.read * DEADLINE:
        return limits
    parts = (limits.connect, limits.read, limits.write, limits.pool)
    connect, read, write, pool = (None if each is None else min(each, seconds) for each in parts)
    return httpx.Timeout(connect=connect, read=read, write=write, pool=pool)


def _lost(error: httpx.HTTPError) -> NoAnswer:
    text = redact(f"{type(error).__name__}: {error}")
    return NoAnswer(sent=True, text=text, too_much=isinstance(error, httpx.TimeoutException))


@dataclass(frozen=True, slots=True)
class ClientFactory:
    """Makes every HTTP client of a hub; tests and the simulation hand in a transport."""

    transport: httpx.BaseTransport | None = None
    clock: Clock | None = None  #: what deadlines are measured by; None: this machine's own
    gate: Gate | None = None  #: of every client that it makes

    def client(
        self,
        base_url: str,
        *,
        timeout: float,
        max_bytes: int,
        connections: int = 4,
        trust: Trust = PUBLIC,
    ) -> HttpClient:
        """A client for one foreign system; `timeout` in seconds."""
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
