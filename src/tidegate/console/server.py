"""Serves the HTTP interface beside the cycles: waitress threads over Django, in the hub's own process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import structlog
from django.core.handlers.wsgi import WSGIHandler
from waitress.server import create_server

from tidegate.config.api import Api
from tidegate.console.answers import DESK, GATE, HUB
from tidegate.console.channel import Channel
from tidegate.console.gate import Gate
from tidegate.engine.hub import Hub
from tidegate.engine.price_answers import PriceDesk

log = structlog.get_logger()

#: Bytes of a request's body, and seconds that an idle caller may hold a thread.
LARGEST_REQUEST, IDLE = 1_048_576, 30

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def application(hub: Hub, desk: PriceDesk) -> Wsgi:
    """The WSGI application of one hub; the desk is closed by whoever opened it."""
    django = WSGIHandler()
    gate = Gate(hub.clock)

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[HUB], environ[DESK], environ[GATE] = hub, desk, gate
        return in_json(django, environ, start_response)

    return serve


def in_json(django: Wsgi, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The answer; Django's own pages of errors are replaced by what the interface says of errors."""
    told: list[Any] = []
    answer = django(environ, lambda status, headers, *more: told.append((status, headers)))
    status, headers = told[0]
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


def forwarded(api: Api) -> dict[str, Any]:
    """What the server believes of X-Forwarded-For: only its last address, and only of the proxy that is trusted."""
    if not api.trusted_proxy:
        return {}
    return {"trusted_proxy": api.trusted_proxy, "trusted_proxy_headers": {"x-forwarded-for"}}


@contextmanager
def serving(hub: Hub) -> Iterator[int | None]:
    """Serve while the block runs, where `[api] listen` says so; yields the port, None when off.

    Raises OSError when the address is taken.
    """
    api = hub.configuration.api
    if not api.listen:
        yield None
        return
    host, _, wanted = api.listen.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    listening = socket.create_server((host.strip("[]"), int(wanted)), family=family)
    port = int(listening.getsockname()[1])
    desk = PriceDesk(hub)
    server = create_server(
        application(hub, desk),
        sockets=[listening],
        threads=api.threads,
        max_request_body_size=LARGEST_REQUEST,
        channel_timeout=IDLE,
        ident=None,
        clear_untrusted_proxy_headers=True,
        **forwarded(api),
    )
    server.channel_class = Channel  # type: ignore[union-attr]
    closing = threading.Event()

    def run() -> None:
        try:
            server.run()
        except OSError:  # its loop may be waiting on the sockets that are being closed
            if not closing.is_set():
                raise

    thread = threading.Thread(target=run, name="api", daemon=True)
    thread.start()
    log.info("api", listen=api.listen, port=port)
    try:
        yield port
    finally:
        closing.set()
        server.close()
        thread.join(timeout=5)
        desk.close()
