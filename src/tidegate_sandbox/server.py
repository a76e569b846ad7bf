"""A simulator as a real HTTP server on this machine, whose connections really break."""

from __future__ import annotations

import logging
import select
import socket
import ssl
import struct
import threading
import time
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tidegate_sandbox.wire import ConnectionDropped, Wire

_log = logging.getLogger("tidegate_sandbox.server")
_POLL = 0.02
_STOP_WITHIN = 10.0
_RESET = struct.pack("ii", 1, 0)


class _Connections:
    """The open connections of one server, so that they can be cut when it stops."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        self.stopping = threading.Event()

    def opened(self, connection: socket.socket) -> None:
        with self._changed:
            if self.stopping.is_set():  # accepted just before the stop: the read that follows finds the end
                _shut(connection)
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._changed:
            self._open.discard(connection)
            self._changed.notify_all()

    def cut(self) -> None:
        """Cut all connections and wait until their threads are done with them."""
        self.stopping.set()
        with self._changed:
            for connection in self._open:
                _shut(connection)
            if not self._changed.wait_for(lambda: not self._open, timeout=_STOP_WITHIN):
                raise RuntimeError(
                    f"{len(self._open)} requests still run {_STOP_WITHIN:.0f} s after the stop"
                )


def _hung_up(connection: socket.socket) -> bool:
    if not select.select([connection], [], [], 0)[0]:
        return False
    try:
        return not socket.socket.recv(connection, 1, socket.MSG_PEEK)  # past TLS, which cannot peek
    except OSError:  # it did not say goodbye, it broke off
        return True


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Handler(WSGIRequestHandler):
    """One connection: HTTP/1.1 with keep-alive (the wire reads requests whole), closed hard on demand."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    connections: _Connections  # set on the subclass that each server makes

    def setup(self) -> None:
        super().setup()
        self.connections.opened(self.connection)

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.connections.closed(self.connection)

    def run_wsgi(self) -> None:
        """Answer one request. Not werkzeug's own way, which closes after every answer."""
        environ = self.environ = self.make_environ()
        environ["sandbox.wait"] = self._wait
        if environ.get("HTTP_EXPECT", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            self._answer(environ)
        except ConnectionDropped as drop:
            self.close_connection = True
            if drop.stage != "body":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                self.connection.close()  # before socketserver says a polite goodbye: the client sees a reset
        except OSError:
            self.close_connection = True
        except Exception:
            self.close_connection = True
            _log.exception("the simulator failed on %s", self.requestline)
            self.send_error(500)

    def _answer(self, environ: dict[str, Any]) -> None:
        status, headers = "", list[tuple[str, str]]()

        def start(line: str, fields: list[tuple[str, str]], _exc: object = None) -> Any:
            nonlocal status, headers
            status, headers = line, fields

        parts = iter(self.server.app(environ, start))
        first = next(parts, b"")
        code, _, phrase = status.partition(" ")
        self.send_response_only(int(code), phrase)  # without the machine's Date: the wire has its own
        self.send_header("Server", self.version_string())
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD" or code in ("204", "304"):
            return
        self.wfile.write(first)
        for part in parts:
            self.wfile.write(part)

    def _wait(self, seconds: float) -> float | None:
        """Work on for so many real seconds, client or no client: 0.0 if it hung up, None if it still listens.

        An endless wait ends when the client hangs up; any ends when the server stops (ConnectionDropped).
        """
        until = time.monotonic() + seconds
        gone = False
        while (left := until - time.monotonic()) > 0 and not (gone and seconds == float("inf")):
            if self.connections.stopping.wait(min(left, _POLL)):
                raise ConnectionDropped("timeout")
            gone = gone or _hung_up(self.connection)
        return 0.0 if gone else None

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: the wire keeps its own log."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """What the server wants to say goes to the logger ``tidegate_sandbox.server``, at debug level."""
        _log.debug(message, *args)


class SandboxServer:
    """Serves a wire on ``host`` (this machine only, by default) and a free port, or ``port``.

    ``tls`` serves HTTPS. Use ``start`` and ``stop``, or it as a context manager. ``pause`` and ``resume`` are a server that is
    killed and comes back: connects are refused in between, and open connections are cut.
    """

    def __init__(
        self, wire: Wire, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.wire = wire
        self._tls = tls
        self.host = host
        self._port = port
        self._reserved: socket.socket | None = None
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._connections = _Connections()

    @property
    def port(self) -> int:
        """The port. RuntimeError before ``start`` if it was left open."""
        if not self._port:
            raise RuntimeError("the sandbox server has no port before it is started")
        return self._port

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end. RuntimeError where ``port`` raises it."""
        return f"{'https' if self._tls else 'http'}://{self.host}:{self.port}"

    def start(self) -> Self:
        """Take the port and serve in a thread. OSError if the port is taken."""
        if self._reserved is None:
            self._reserved = self._bound(self._port)
            self._port = self._reserved.getsockname()[1]
        self.resume()
        return self

    def stop(self) -> None:
        """Stop serving, cut all connections, give the port back. Harmless when it is not running."""
        try:
            self.pause()
        finally:
            if self._reserved is not None:
                self._reserved.close()
                self._reserved = None

    def pause(self) -> None:
        """Stop serving and cut all connections, but keep the port: connects are refused."""
        server, thread = self._server, self._thread
        if server is None or thread is None:
            return
        self._server = self._thread = None
        server.shutdown()
        thread.join()
        self._connections.cut()

    def resume(self) -> None:
        """Serve again on the same port. Harmless when it is serving; RuntimeError before ``start``."""
        if self._server is not None:
            return
        if self._reserved is None:
            raise RuntimeError("the sandbox server is not started")
        self._connections = _Connections()
        handler = type("Handler", (_Handler,), {"connections": self._connections})
        with self._bound(self._port) as listening:
            listening.listen(128)
            self._server = make_server(
                self.host,
                self._port,
                self.wire,
                threaded=True,
                request_handler=handler,
                fd=listening.fileno(),
                ssl_context=self._tls,
            )
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": _POLL},
            name=f"sandbox-{self._port}",
            daemon=True,
        )
        self._thread.start()

    def _bound(self, port: int) -> socket.socket:
        """A socket bound to the port, not listening: while one is open, nobody else is given the port."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((self.host, port))
        except OSError:
            bound.close()
            raise
        return bound

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
