"""The wire between a client and a simulator: where connections break, and where a scenario is controlled.

``Wire`` wraps a simulator (a "face": a WSGI app) and is a WSGI app itself, run over real sockets by
``tidegate_sandbox.server`` or without any by ``tidegate_sandbox.inprocess``. The faults it carries out:

``refuse``: the connection is closed before the request is looked at; no effect.
``drop_before``: the request is read, the connection closed; no effect.
``drop_after``: carried out, then the connection is closed without an answer.
``late``: no answer; carried out ``seconds`` (60) later by the sandbox clock. ``seen`` is what the client
sees: its connection lost (``drop``), or nothing until it gives up (``timeout``).
``cut_body``: carried out; half the body under the whole Content-Length, then closed.
``duplicate_request``: carried out twice, as by a proxy that sends again; the second answer is given.
``status``: an HTTP error ``status`` (503) with ``retry_after``, ``body`` and ``content_type`` in place of the
face's own; carried out only with ``effect``.
``login_page``: 200 with an HTML page; carried out only with ``effect``.
``slow``: the answer takes ``seconds`` (10). ``effect``: carried out ``now`` (before the wait), ``late``
(after it, even if the client has given up), or ``never`` (if the client has given up).
``drip``: carried out; the answer comes a byte every ``seconds`` (2).
``garbage``: 200 with half a JSON document, whole by its Content-Length; carried out unless ``effect`` is
false.
``unreadable``: carried out; one ``field`` of one ``record`` of the answer is what nobody can read
(``tidegate_sandbox.unreadable``). It strikes only where there is such a field, and after all other faults.

What the wire tells the app: ``environ["sandbox.replay"]`` is ``"late"`` or ``"duplicate"`` while a request is
carried out after its time or once more (a face may then forgive an old signature or a used nonce). What a
transport may tell the wire: ``environ["sandbox.wait"]``, a function that waits some seconds for the client
and returns None, or, where the client has given up, the seconds of work still left to the server.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import unquote_plus

from tidegate_sandbox import wire_control
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import WIRE_KINDS, Fault, FaultPlan
from tidegate_sandbox.spoiling import spoiled
from tidegate_sandbox.unreadable import UNREADABLE
from tidegate_sandbox.wire_answer import Answer as Answer
from tidegate_sandbox.wire_answer import Environ as Environ
from tidegate_sandbox.wire_answer import answer as answer
from tidegate_sandbox.wire_answer import path_template as path_template

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Stage = Literal["refused", "before", "after", "body", "timeout"]

LOG_LENGTH = 5000
LATE_EFFECT = "late_effect"
"""Stands in the log, as the fault, where a late effect was carried out (no request of a client)."""
_COUNTER_KEYS = 2000
_LOGIN_PAGE = b"<!DOCTYPE html><html><title>Sign in</title><form method=post><input name=user></form></html>"
_HALF_JSON = b'{"items": [{"id": 1, "status": "proce'


class ConnectionDropped(ConnectionError):
    """The connection breaks here.

    ``stage``: ``refused``, ``before`` or ``after`` the effect, in the ``body``; or ``timeout``, where the
    client has given up waiting.
    """

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.stage: Stage = stage


class Seen(NamedTuple):
    """One request as the wire saw it; ``status`` is None where no answer was given, ``fault`` what struck."""

    at: datetime
    method: str
    path: str
    query: str
    status: int | None
    fault: str | None


class Wire:
    """A WSGI app around the face ``app`` that breaks as ``faults`` says and serves the control surface.

    ``error_body(status)`` gives the face's own content type and body for an HTTP error. ``kinds``, where
    given, are the face's own fault kinds: the control surface then refuses to arm any other.

    ``gives_up(path)``, which may be set, tells after how many seconds a proxy before the face answers 504 to a
    slow answer; None: it waits. ``error_at(path, status)`` may be set where a face has errors of several shapes.

    The control surface: ``POST``, ``GET``, ``DELETE /_sandbox/faults``; ``GET``, ``POST /_sandbox/clock``;
    ``GET``, ``DELETE /_sandbox/log``. Other paths below ``/_sandbox/`` belong to the face and know no faults;
    so do those below the further ``control_prefixes``, which may be set and serve the same three.

    What a face may set: ``settles`` does what else is due by the clock, whenever late effects are carried out, and
    ``face_due`` tells when the next of it is; ``clock_was_set`` follows when the clock was set on the control surface.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        faults: FaultPlan,
        clock: SandboxClock,
        error_body: Callable[[int], tuple[str, bytes]],
        kinds: Collection[str] | None = None,
    ) -> None:
        self.app = app
        self.faults = faults
        self.clock = clock
        self.error_at: Callable[[str, int], tuple[str, bytes]] = lambda _path, status: error_body(status)
        self.gives_up: Callable[[str], float | None] = lambda path: None
        self.settles: Callable[[], object] = lambda: None
        self.face_due: Callable[[], datetime | None] = lambda: None
        self.clock_was_set: Callable[[], object] = lambda: None
        self.control_prefixes: tuple[str, ...] = ("/_sandbox/",)
        self.kinds = None if kinds is None else frozenset(kinds) | WIRE_KINDS
        self._log: deque[Seen] = deque(maxlen=LOG_LENGTH)
        self._totals: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._settling = threading.RLock()
        self._order = itertools.count()
        self._deferred: list[tuple[datetime, int, Environ, bytes]] = []

    @property
    def log(self) -> list[Seen]:
        """The last 5000 requests and late effects, oldest first; without those to the control surface."""
        with self._lock:
            return list(self._log)

    @property
    def requests_seen(self) -> list[tuple[datetime, str, str, int | None]]:
        """(at, method, path, status) of the last requests of clients; status None where none was answered."""
        return [(s.at, s.method, s.path, s.status) for s in self.log if s.fault != LATE_EFFECT]

    @property
    def totals(self) -> dict[str, int]:
        """How many requests came since ``clear_log``, per method and path with its identifiers left out."""
        with self._lock:
            return dict(self._totals)

    @property
    def pending(self) -> int:
        """How many late effects have not been carried out yet."""
        return len(self._deferred)

    def next_due(self) -> datetime | None:
        """When the next late effect, or work of the face's own, is due by the sandbox clock."""
        with self._lock:
            late = self._deferred[0][0] if self._deferred else None
        return min((due for due in (late, self.face_due()) if due is not None), default=None)

    def clear_log(self) -> None:
        """Forget the requests seen and their totals."""
        with self._lock:
            self._log.clear()
            self._totals.clear()

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """What is called meanwhile is carried out and not noted: somebody else's calls."""
        with self._lock:
            log, totals = list(self._log), Counter(self._totals)
        try:
            yield
        finally:
            with self._lock:
                self._log.clear()
                self._log.extend(log)
                self._totals = totals

    def settle(self) -> int:
        """Carry out the late effects that are due by the sandbox clock; returns how many."""
        self.settles()
        done = 0
        with self._settling:  # so that nobody overtakes an effect that another thread carries out
            while True:
                with self._lock:
                    if not self._deferred or self._deferred[0][0] > self.clock.now():
                        return done
                    _, _, environ, body = heapq.heappop(self._deferred)
                try:
                    code: int | None = self._run(environ, body, replay="late").code
                except ConnectionDropped:  # nobody is there any more to be dropped
                    code = None
                self._note(environ, code, LATE_EFFECT)
                done += 1

    def _defer(self, environ: Environ, body: bytes, seconds: float) -> None:
        due = self.clock.now() + timedelta(seconds=seconds)
        kept = {
            k: v
            for k, v in environ.items()
            if not k.startswith(("sandbox.", "werkzeug.", "flask.", "wsgi.input"))
        }
        with self._lock:
            heapq.heappush(self._deferred, (due, next(self._order), kept, body))

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request. Raises ConnectionDropped where the connection breaks, also within the body."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.settle()
        kind, pause = None, 0
        if path.startswith(self.control_prefixes):
            body = self._read(environ)
            result = wire_control.answer_to(self, path.rstrip("/"), environ, body) or self._run(environ, body)
        else:
            body = self._read(environ)
            query = unquote_plus(environ.get("QUERY_STRING", ""))
            fault = self.faults.take(method, path, body, query=query, kinds=WIRE_KINDS - {UNREADABLE})
            kind = fault.kind if fault else None
            pause = fault.options.get("seconds", 2) if fault else 0
            try:
                result = self._run(environ, body) if fault is None else self._inject(fault, environ, body)
            except ConnectionDropped:
                self._note(environ, None, kind)
                raise
            if fault is None and (spoilt := spoiled(self.faults, environ, body, result.body)):
                kind, result = UNREADABLE, answer(result.code, "application/json", spoilt)
            self._note(environ, result.code, kind)
        start_response(
            result.status, [*result.headers, ("Date", format_datetime(self.clock.now(), usegmt=True))]
        )
        if kind == "drip":
            return Dripping(result.body, lambda: self._wait(environ, pause))
        return _half(result.body) if kind == "cut_body" else (result.body,)

    def _read(self, environ: Environ) -> bytes:
        """The whole body, or ConnectionDropped where the client breaks off within it."""
        if environ.get("wsgi.input_terminated"):
            return bytes(environ["wsgi.input"].read())
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body: bytes = environ["wsgi.input"].read(length) if length else b""
        if len(body) < length:
            raise ConnectionDropped("before")
        return body

    def _run(self, environ: Environ, body: bytes, replay: str | None = None) -> Answer:
        """Run the app on a request and gather its whole answer."""
        environ = dict(environ)
        environ["wsgi.input"] = BytesIO(body)
        if body or "CONTENT_LENGTH" in environ:
            environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        if replay:
            environ["sandbox.replay"] = replay
        status, headers, parts = "", list[tuple[str, str]](), list[bytes]()

        def start(line: str, fields: list[tuple[str, str]], _exc: object = None) -> Callable[[bytes], object]:
            nonlocal status, headers
            status, headers = line, fields
            return parts.append

        chunks = self.app(environ, start)
        try:
            parts.extend(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        whole = b"".join(parts)
        if status[:3] != "204" and not any(name.lower() == "content-length" for name, _ in headers):
            headers = [*headers, ("Content-Length", str(len(whole)))]
        return Answer(status, headers, whole)

    def _note(self, environ: Environ, status: int | None, fault: str | None) -> None:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        seen = Seen(self.clock.now(), method, path, environ.get("QUERY_STRING", ""), status, fault)
        key = f"{method} {path_template(path)}"
        with self._lock:
            self._log.append(seen)
            if fault != LATE_EFFECT:
                known = key in self._totals or len(self._totals) < _COUNTER_KEYS
                self._totals[key if known else f"{method} (other)"] += 1

    def _inject(self, fault: Fault, environ: Environ, body: bytes) -> Answer:
        options = fault.options
        match fault.kind:
            case "refuse":
                raise ConnectionDropped("refused")
            case "drop_before":
                raise ConnectionDropped("before")
            case "drop_after":
                self._run(environ, body)
                raise ConnectionDropped("after")
            case "late":
                self._defer(environ, body, options.get("seconds", 60))
                if options.get("seen") == "timeout":
                    self._wait(environ, float("inf"))
                    raise ConnectionDropped("timeout")
                raise ConnectionDropped("before")
            case "duplicate_request":
                self._run(environ, body)
                return self._run(environ, body, replay="duplicate")
            case "status":
                return self._error(fault, environ, body)
            case "login_page":
                if options.get("effect"):
                    self._run(environ, body)
                return answer(200, "text/html; charset=utf-8", _LOGIN_PAGE)
            case "slow":
                return self._slow(fault, environ, body)
            case "drip":
                return self._run(environ, body)
            case "garbage":
                whole = self._run(environ, body).body if options.get("effect", True) else b""
                half = whole[: len(whole) // 2] if len(whole) > 3 and whole[:1] in b"{[" else _HALF_JSON
                return answer(200, "application/json", half)
            case "cut_body":
                result = self._run(environ, body)
                return result if result.body else answer(200, "application/json", _HALF_JSON)
        raise AssertionError(f"the wire took a fault that it does not carry out: {fault.kind}")

    def _error(self, fault: Fault, environ: Environ, body: bytes) -> Answer:
        options = fault.options
        if options.get("effect"):
            self._run(environ, body)
        code = options.get("status", 503)
        content_type, text = self.error_at(environ["PATH_INFO"], code)
        text = options["body"].encode() if "body" in options else text
        after = [("Retry-After", str(options["retry_after"]))] if "retry_after" in options else []
        return answer(code, options.get("content_type", content_type), text, *after)

    def _slow(self, fault: Fault, environ: Environ, body: bytes) -> Answer:
        seconds, effect = fault.options.get("seconds", 10), fault.options.get("effect") or "now"
        result = self._run(environ, body) if effect == "now" else None
        given = min(seconds, self.gives_up(environ["PATH_INFO"]) or seconds)
        left = self._wait(environ, given)
        if left is not None or given < seconds:
            if effect == "late":
                self._defer(environ, body, (left or 0) + seconds - given)
                self.settle()
            if left is None:  # what stands before the face waits no longer, the client still would
                return answer(504, *self.error_at(environ["PATH_INFO"], 504))
            raise ConnectionDropped("timeout")
        return result or self._run(environ, body)

    def _wait(self, environ: Environ, seconds: float) -> float | None:
        wait: Callable[[float], float | None] | None = environ.get("sandbox.wait")
        if wait is not None:
            return wait(seconds)
        if seconds == float("inf"):
            return 0.0
        self.clock.advance(seconds)
        return None


def _half(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise ConnectionDropped("body")


class Dripping:
    """A body that comes byte by byte, `wait` between two; ConnectionDropped when the client has gone."""

    def __init__(self, body: bytes, wait: Callable[[], float | None]) -> None:
        self._body = body
        self._wait = wait

    def __iter__(self) -> Iterator[bytes]:
        for at in range(len(self._body)):
            if at and self._wait() is not None:
                raise ConnectionDropped("timeout")
            yield self._body[at : at + 1]
