"""The loopback address to which the browser is sent back after a sign-in."""

from __future__ import annotations

import hmac
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tidegate.clock import Clock
from tidegate.trust import LOOPBACK

#: Seconds that one visitor may take to ask; the browser needs none.
SLOWEST = 10
#: Seconds between two looks whether the browser has come or the command was stopped.
LOOK = 0.2
PAGE = b"""<!doctype html><meta charset="utf-8"><title>Tidegate</title>
<p>Tidegate has got the answer. You may close this page and go back to the terminal.</p>"""


def can_listen(redirect_url: str) -> bool:
    """Whether the redirect address is plain http on this machine with a port of its own."""
    parts = urlsplit(redirect_url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK and parts.port is not None


class _Server(ThreadingHTTPServer):
    """A thread for each visitor: one that says nothing keeps nobody else from coming."""

    daemon_threads = True
    block_on_close = False


class Callback:
    """Listens at the redirect address until the browser came; use it as `with Callback(...)`.

    Only an address with our own `state` counts: anybody on this machine can call here.
    """

    def __init__(self, redirect_url: str, state: str) -> None:
        """Takes the port. OSError when another program has it."""
        parts = urlsplit(redirect_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self.received = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            timeout = SLOWEST

            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                shown = parse_qs(asked.query).get("state", [""])[0]
                ours = asked.path == (parts.path or "/") and hmac.compare_digest(
                    shown.encode(), state.encode()
                )
                self.send_response(200 if ours else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(PAGE) if ours else 0))
                self.end_headers()
                if ours:
                    self.wfile.write(PAGE)
                    outer.received = outer._origin + self.path

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: the address holds the code."""

        host = parts.hostname or "127.0.0.1"
        self._server = _Server(("127.0.0.1" if host == "localhost" else host, parts.port or 80), Handler)
        self._server.timeout = LOOK

    def wait(self, clock: Clock, seconds: float, stop: threading.Event) -> str:
        """The address that the browser came to; "" when nobody came in time or `stop` was set."""
        end = clock.monotonic() + seconds
        while not self.received and not stop.is_set() and clock.monotonic() < end:
            self._server.handle_request()
        return self.received

    def __enter__(self) -> Callback:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()
