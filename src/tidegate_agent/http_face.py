"""HTTP without a product: who may ask, what is asked, and how failures are answered (contract section 12.3)."""

from __future__ import annotations

import hmac
import ipaddress
import json
import logging
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tidegate_agent.failure import Failure

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_log = logging.getLogger("tidegate_agent.http")
MOST_BYTES = 4_000_000
STATUS_TEXTS = {200: "OK", 400: "Bad Request", 404: "Not Found"}


@dataclass(frozen=True)
class Asked:
    """One request, as a handler sees it."""

    parts: dict[str, str]  #: of the path
    query: dict[str, list[str]]
    body: Any = None
    request_id: str = ""

    def one(self, name: str, default: str | None = None) -> str:
        """The only value of a query parameter. Failure ``format`` for none or several."""
        values = self.query.get(name, [])
        if len(values) > 1 or (not values and default is None):
            raise Failure("format", f"'{name}' must be given once")
        return values[0] if values else str(default)


@dataclass(frozen=True)
class Reply:
    """What a handler answers: JSON, or a text of its own type."""

    body: Any
    content_type: str = "application/json"
    status: int = 200


Handler = Callable[[Asked], Reply]


@dataclass(frozen=True)
class Route:
    """A call: method, path with ``{parts}``, handler, and which query parameters it knows."""

    method: str
    path: str
    handler: Handler
    query: frozenset[str] = frozenset()
    is_open: bool = False  #: without a token
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        object.__setattr__(self, "pattern", re.compile(pattern))


class HttpFace:
    """A WSGI application. ``tokens`` gives the tokens that are valid now; ``allow`` networks, or none for any."""

    def __init__(
        self,
        routes: Sequence[Route],
        *,
        tokens: Callable[[], Sequence[str]],
        allow: Sequence[str] = (),
        counted: Callable[[str, str, int], object] = lambda _method, _route, _status: None,
    ) -> None:
        self._routes = routes
        self._tokens = tokens
        self._allow = [ipaddress.ip_network(one, strict=False) for one in allow]
        self._counted = counted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request_id = _request_id(environ)
        route: Route | None = None
        try:
            self._check_address(environ)
            route, parts = self._route(environ)
            if not route.is_open:
                self._check_token(environ)
            reply = route.handler(self._asked(environ, route, parts, request_id))
        except Failure as failure:
            reply = _failed(failure, request_id)
        except Exception:
            _log.exception("request %s failed", request_id)
            reply = _failed(Failure("internal", "The agent failed; its log names the request."), request_id)
        self._counted(environ["REQUEST_METHOD"], route.path if route is not None else "", reply.status)
        return _answer(reply, request_id, start_response)

    def _check_address(self, environ: WSGIEnvironment) -> None:
        if not self._allow:
            return
        try:
            address = ipaddress.ip_address(environ.get("REMOTE_ADDR", ""))
        except ValueError:
            raise Failure("agent_auth", "This address may not ask.") from None
        if not any(address in network for network in self._allow):
            raise Failure("agent_auth", "This address may not ask.")

    def _check_token(self, environ: WSGIEnvironment) -> None:
        scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        known = [hmac.compare_digest(given.encode(), one.encode()) for one in self._tokens() if one]
        if scheme.lower() != "bearer" or not any(known):
            raise Failure("agent_auth", "The token of the agent is missing or wrong.")

    def _route(self, environ: WSGIEnvironment) -> tuple[Route, dict[str, str]]:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        for route in self._routes:
            match = route.pattern.fullmatch(path)
            if match is not None and route.method == method:
                return route, match.groupdict()
        raise Failure("not_found", f"There is no {method} {path}.")

    def _asked(self, environ: WSGIEnvironment, route: Route, parts: dict[str, str], request_id: str) -> Asked:
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        unknown = sorted(set(query) - route.query)
        if unknown:
            raise Failure("format", f"unknown parameter '{unknown[0]}'")
        return Asked(parts, query, _body(environ) if route.method == "POST" else None, request_id)


def _request_id(environ: WSGIEnvironment) -> str:
    given = str(environ.get("HTTP_X_REQUEST_ID", ""))[:64]
    return given if re.fullmatch(r"[\w.:-]+", given) else uuid.uuid4().hex


def _body(environ: WSGIEnvironment) -> Any:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Failure("format", "Content-Length is no number") from None
    if length > MOST_BYTES:
        raise Failure("format", f"the body is longer than {MOST_BYTES} bytes")
    data = environ["wsgi.input"].read(length) if length else b""
    if not data:
        return {}
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, UnicodeDecodeError):
        raise Failure("format", "the body is no JSON in UTF-8") from None


def _failed(failure: Failure, request_id: str) -> Reply:
    error = {
        "class": failure.kind,
        "message": failure.message,
        "sage_text": failure.sage_text or None,
        "retry_after_s": failure.retry_after,
        "request_id": request_id,
    }
    return Reply({"error": error}, status=failure.status)


def _answer(reply: Reply, request_id: str, start_response: StartResponse) -> Iterable[bytes]:
    is_json = reply.content_type == "application/json"
    data = (json.dumps(reply.body, ensure_ascii=False) if is_json else str(reply.body)).encode("utf-8")
    headers = [
        ("Content-Type", reply.content_type if is_json else f"{reply.content_type}; charset=utf-8"),
        ("Content-Length", str(len(data))),
        ("X-Request-Id", request_id),
    ]
    retry = reply.body["error"]["retry_after_s"] if reply.status >= 400 else None
    if retry:
        headers.append(("Retry-After", str(retry)))
    start_response(f"{reply.status} {STATUS_TEXTS.get(reply.status, 'Answer')}", headers)
    return [data]
