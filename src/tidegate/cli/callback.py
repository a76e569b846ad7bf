"""The loopback address to which the browser is sent back after a sign-in."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

from tidegate.clock import Clock
from tidegate.transport import LOOPBACK

PAGE = b"""<!doctype html><meta charset="utf-8"><title>Tidegate</title>
<p>Tidegate has got the answer. You may close this page and go back to the terminal.</p>"""


def can_listen(redirect_url: str) -> bool:
    """Whether the redirect address is plain http on this machine with a port of its own."""
    parts = urlsplit(redirect_url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK and parts.port is not None


class Callback:
    """Listens at the redirect address until the browser came; use it as `with Callback(...)`."""

    def __init__(self, redirect_url: str) -> None:
        """Takes the port. OSError when another program has it."""
        parts = urlsplit(redirect_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self.received = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                ours = asked.path == (parts.path or "/") and bool(asked.query)
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
        self._server = HTTPServer(("127.0.0.1" if host == "localhost" else host, parts.port or 80), Handler)
        self._server.timeout = 0.2

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
