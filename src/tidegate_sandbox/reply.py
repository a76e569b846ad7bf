"""The HTTP answer of a simulated system, before it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from http.client import responses
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"


class Reply(NamedTuple):
    """Status, body and headers; `send` adds the length."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()

    def send(self, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a WSGI request with this reply."""
        length = ("Content-Length", str(len(self.body)))
        line = f"{self.status} {responses.get(self.status, 'Unknown')}"
        start_response(line, [("Content-Type", self.content_type), length, *self.headers])
        return [self.body]
