"""HTTP without a product: who may ask, what is asked, and how failures are answered (contract section 12.3)."""

from __future__ import annotations

import base64
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
    address: str = ""  #: as the caller wrote it, without the query

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
    headers: tuple[tuple[str, str], ...] = ()


Handler = Callable[[Asked], Reply]


@dataclass(frozen=True)
class Route:
    """A call: method, path with ``{parts}``, handler, and which query parameters it knows."""

    method: str
    path: str
    handler: Handler
    query: frozenset[str] = frozenset()
    is_open: bool = False  #: without a token
    takes_bytes: bool = False  #: the body as it came; else JSON
    failed: Callable[[Failure, str], Reply] | None = None  #: how it answers a failure; None: as JSON
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        object.__setattr__(self, "pattern", re.compile(pattern))


class HttpFace:
    """A WSGI application. ``tokens`` gives the tokens that are valid now; ``allow`` networks, or none for any.

    ``user``: a name under which a token is taken as a password too (basic authentication).
    """

    def __init__(
        self,
        routes: Sequence[Route],
        *,
        tokens: Callable[[], Sequence[str]],
        allow: Sequence[str] = (),
        user: str = "",
        counted: Callable[[str, str, int], object] = lambda _method, _route, _status: None,
    ) -> None:
        self._routes = routes
        self._tokens = tokens
        self._allow = [ipaddress.ip_network(one, strict=False) for one in allow]
        self._user = user
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
            reply = _failure(route, failure, request_id)
        except Exception:
            _log.exception("request %s failed", request_id)
            unknown = Failure("internal", "The agent failed; its log names the request.")
            reply = _failure(route, unknown, request_id)
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
        offered = given if scheme.lower() == "bearer" else self._password(scheme, given)
        known = [hmac.compare_digest(offered.encode(), one.encode()) for one in self._tokens() if one]
        if not offered or not any(known):
            raise Failure("agent_auth", "The token of the agent is missing or wrong.")

    def _password(self, scheme: str, given: str) -> str:
        """The password of basic authentication by the right user; "" for anything else."""
        if scheme.lower() != "basic" or not self._user:
            return ""
        try:
            user, _, password = base64.b64decode(given, validate=True).decode("utf-8").partition(":")
        except ValueError:
            return ""
        return password if hmac.compare_digest(user.encode(), self._user.encode()) else ""

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
        address = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', '')}{environ.get('PATH_INFO', '')}"
        if route.method != "POST":
            return Asked(parts, query, None, request_id, address)
        data = _data(environ)
        return Asked(parts, query, data if route.takes_bytes else _json(data), request_id, address)


def _request_id(environ: WSGIEnvironment) -> str:
    given = str(environ.get("HTTP_X_REQUEST_ID", ""))[:64]
    return given if re.fullmatch(r"[\w.:-]+", given) else uuid.uuid4().hex


def _data(environ: WSGIEnvironment) -> bytes:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length < 0:
            raise ValueError(length)
    except ValueError:
        raise Failure("format", "Content-Length is missing or no number") from None
    if length > MOST_BYTES:
        raise Failure("format", f"the body is longer than {MOST_BYTES} bytes")
    return environ["wsgi.input"].read(length) if length else b""


def _json(data: bytes) -> Any:
    if not data:
        return {}
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, UnicodeDecodeError):
        raise Failure("format", "the body is no JSON in UTF-8") from None


def _failure(route: Route | None, failure: Failure, request_id: str) -> Reply:
    if route is not None and route.failed is not None:
        return route.failed(failure, request_id)
    return _failed(failure, request_id)


def _failed(failure: Failure, request_id: str) -> Reply:
    error = {
        "class": failure.kind,
        "message": failure.message,
        "sage_text": failure.sage_text or None,
        "retry_after_s": failure.retry_after,
        "request_id": request_id,
    }
    retry = (("Retry-After", str(failure.retry_after)),) if failure.retry_after else ()
    return Reply({"error": error}, status=failure.status, headers=retry)


def _answer(reply: Reply, request_id: str, start_response: StartResponse) -> Iterable[bytes]:
    is_json = reply.content_type == "application/json"
    data = (json.dumps(reply.body, ensure_ascii=False) if is_json else str(reply.body)).encode("utf-8")
    headers = [
        ("Content-Type", reply.content_type if is_json else f"{reply.content_type}; charset=utf-8"),
        ("Content-Length", str(len(data))),
        ("X-Request-Id", request_id),
    ]
    headers += reply.headers
    start_response(f"{reply.status} {STATUS_TEXTS.get(reply.status, 'Answer')}", headers)
    return [data]
