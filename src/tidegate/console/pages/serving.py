"""Serves the console beside the cycles, in the hub's own process."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.core.handlers.wsgi import WSGIHandler

from tidegate.config.console import LOOPBACK
from tidegate.console.answers import DESK, GATE, HUB
from tidegate.console.gate import Gate
from tidegate.console.installed import adapt
from tidegate.console.models import User
from tidegate.console.server import bound, served
from tidegate.console.static_files import with_static
from tidegate.engine.hub import Hub
from tidegate.engine.price_answers import PriceDesk

log = structlog.get_logger()


def application(hub: Hub, desk: PriceDesk) -> Any:
    """The WSGI application of one hub's console; the console must have been installed. Who opened the desk closes it."""
    adapt(hub.configuration.console, *hub.console_keys)
    hub.attended = True
    django, gate = WSGIHandler(), Gate(hub.clock)

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[HUB], environ[DESK], environ[GATE] = hub, desk, gate
        return django(environ, start_response)

    return with_static(serve)


@contextmanager
def console(hub: Hub) -> Iterator[int | None]:
    """Serve the pages while the block runs; yields the port, None when they are off.

    The default address may belong to another hub of this machine: then the cycles run without a console, and the
    log says so. One that was asked for and is taken raises OSError.
    """
    settings = hub.configuration.console
    if not settings.listen:
        yield None
        return
    try:
        listening = bound(settings.listen)
    except OSError as error:
        if settings.listen != LOOPBACK or error.errno != errno.EADDRINUSE:
            raise
        log.warning(
            "console",
            problem=f"{LOOPBACK} is already used: there is no console",
            remedy="set [console] listen",
        )
        yield None
        return
    if not User.objects.exists():
        log.warning("console", problem="no user can sign in yet", remedy="tidegate user add NAME")
    scheme = "https" if settings.public.startswith("https://") else "http"
    desk = PriceDesk(hub)
    try:
        with served(
            application(hub, desk),
            listening,
            "console",
            settings.threads,
            settings.trusted_proxy,
            url_scheme=scheme,
        ) as port:
            yield port
    finally:
        desk.close()
