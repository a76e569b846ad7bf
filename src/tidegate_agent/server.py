"""The server: HTTP/1.1 over TLS in threads, from the standard library, for one WSGI application."""

from __future__ import annotations

import io
import os
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tidegate_agent.failure import Failure
from tidegate_agent.settings import Listening

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SLOWEST_S = 60
"""How long a client may take to send its request."""


class AgentServer(ThreadingHTTPServer):
    """Listens on one address. Daemon threads: a request in hand does not keep a stopped agent alive."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # on Windows it would let another program share the port
    app: WSGIApplication

    def __init__(self, listen: Listening, app: WSGIApplication) -> None:
        self.app = app
        self.scheme = "https" if listen.certificate else "http"
        super().__init__((listen.address, listen.port), _Handler)
        if listen.certificate:
            self.socket = tls_context(Path(listen.certificate), Path(listen.key)).wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer with one certificate, which the hub pins."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = SLOWEST_S
    server: AgentServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        try:
            body = self._body()
        except Failure as failure:
            self.close_connection = True
            self.send_error(400, failure.message)
            return
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": self.server.scheme,
        }
        for name, value in self.headers.items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        started: list[Any] = []
        parts = self.server.app(environ, lambda status, headers, *_: started.extend((status, headers)))  # type: ignore[arg-type]
        data = b"".join(parts)
        code, _, phrase = started[0].partition(" ")
        self.send_response(int(code), phrase)
        for name, value in started[1]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> bytes:
        """The body, by its length; a body without one is refused (this server reads no chunks)."""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            raise Failure("format", "A Content-Length is needed")
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > 4_000_000:
            raise Failure("format", "Content-Length is wrong or too large")
        return self.rfile.read(int(length))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the agent keeps its own log, without addresses."""
