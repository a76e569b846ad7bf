"""The server: HTTP/1.1 over TLS in threads, from the standard library, for one WSGI application."""

from __future__ import annotations

import io
import os
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tidegate_agent.http_face import MOST_BYTES
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

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  #: what is no call is refused in the contract's form

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        length, body = self._body()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": length,
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

    def _body(self) -> tuple[str, bytes]:
        """The length as it was given, and the body; one that is too long, or comes in chunks, is not read.

        The application refuses it then, in the contract's form, and the connection ends.
        """
        chunked = "Transfer-Encoding" in self.headers
        length = "in chunks" if chunked else self.headers.get("Content-Length", "0")
        if length.isdecimal() and int(length) <= MOST_BYTES:
            return length, self.rfile.read(int(length))
        self.close_connection = True
        return length, b""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the agent keeps its own log, without addresses."""
