"""A company that takes its time: every call takes the same number of seconds, its own work included."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tidegate.clock import SystemClock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


class Paced:
    """A WSGI app that answers `seconds` after it was asked, or as soon as it can if that is later."""

    def __init__(self, app: WSGIApplication, seconds: float) -> None:
        self._app = app
        self._seconds = seconds
        self._clock = SystemClock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """One call; others may run beside it."""
        began = self._clock.monotonic()
        parts = self._app(environ, start_response)
        try:
            whole = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        self._clock.wait(self._seconds - (self._clock.monotonic() - began))
        return (whole,)
