"""Serves the HTTP interface beside the cycles: waitress threads over Django, in the hub's own process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import structlog
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import request_finished
from waitress.server import create_server

from tidegate.console.answers import DESK, GATE, HUB
from tidegate.console.channel import Channel
from tidegate.console.gate import Gate
from tidegate.engine.hub import Hub
from tidegate.engine.price_answers import PriceDesk
from tidegate.ledger import database

log = structlog.get_logger()

#: A thread that waits for the next request of console or interface keeps no connection to a ledger's server.
request_finished.connect(lambda **_: database.rest(), weak=False, dispatch_uid="tidegate.console")

#: Bytes of a request's body, and seconds that an idle caller may hold a thread.
LARGEST_REQUEST, IDLE = 1_048_576, 30
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class DoorRequest(WSGIRequest):
    """A request for the interface: it sees no page of the console."""

    urlconf = "tidegate.console.urls"


class Doors(WSGIHandler):
    """Django with the interface's addresses and without the console's sessions."""

    request_class = DoorRequest

    def load_middleware(self, is_async: bool = False) -> None:
        """Only what every answer needs."""
        kept, settings.MIDDLEWARE = settings.MIDDLEWARE, MIDDLEWARE
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = kept


def application(hub: Hub, desk: PriceDesk) -> Wsgi:
    """The WSGI application of one hub; the desk is closed by whoever opened it."""
    django = Doors()
    gate = Gate(hub.clock)

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[HUB], environ[DESK], environ[GATE] = hub, desk, gate
        return in_json(django, environ, start_response)

    return serve


def in_json(django: Wsgi, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The answer; Django's own pages of errors are replaced by what the interface says of errors."""
    failures: list[Any] = []
    answer = django(environ, lambda status, headers, *more: failures.append((status, headers)))
    status, headers = failures[0]
    if int(status[:3]) >= 400 and not dict(headers).get("Content-Type", "").startswith("application/json"):
        reason = status[4:]
        body = msgspec.json.encode({"error": reason.lower().replace(" ", "-"), "text": reason})
        kept = [(name, value) for name, value in headers if name in ("Allow", "Retry-After")]
        kept += [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(status, [*kept, ("Cache-Control", "no-store")])
        if hasattr(answer, "close"):
            answer.close()
        return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else body]
    start_response(status, headers)
    return answer


def forwarded(trusted_proxy: str) -> dict[str, Any]:
    """What the server believes of X-Forwarded-For: only its last address, and only of the proxy that is trusted."""
    if not trusted_proxy:
        return {}
    return {"trusted_proxy": trusted_proxy, "trusted_proxy_headers": {"x-forwarded-for"}}


@contextmanager
def serving(hub: Hub) -> Iterator[int | None]:
    """Serve while the block runs, where `[api] listen` says so; yields the port, None when off.

    Raises OSError when the address is taken.
    """
    api = hub.configuration.api
    if not api.listen:
        yield None
        return
    listening = bound(api.listen)
    desk = PriceDesk(hub)
    try:
        with served(application(hub, desk), listening, "api", api.threads, api.trusted_proxy) as port:
            yield port
    finally:
        desk.close()


def bound(listen: str) -> socket.socket:
    """A socket that listens at `host:port`; raises OSError when the address is taken."""
    host, _, wanted = listen.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    return socket.create_server((host.strip("[]"), int(wanted)), family=family)


@contextmanager
def served(
    wsgi: Any, listening: socket.socket, name: str, threads: int, trusted_proxy: str, **more: Any
) -> Iterator[int]:
    """waitress over one application while the block runs; yields the port."""
    port = int(listening.getsockname()[1])
    server = create_server(
        wsgi,
        sockets=[listening],
        threads=threads,
        max_request_body_size=LARGEST_REQUEST,
        channel_timeout=IDLE,
        ident=None,
        clear_untrusted_proxy_headers=True,
        **forwarded(trusted_proxy),
        **more,
    )
    server.channel_class = Channel  # type: ignore[union-attr]
    closing = threading.Event()

    def run() -> None:
        try:
            server.run()
        except OSError:  # its loop may be waiting on the sockets that are being closed
            if not closing.is_set():
                raise

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    log.info(name, listen=":".join(map(str, listening.getsockname()[:2])), port=port)
    try:
        yield port
    finally:
        closing.set()
        server.close()
        thread.join(timeout=5)
