"""Requests to one external system, by the parts of httpx that they need.

A client of the library does more for each call: it merges parameters that nobody gave, looks for redirects that nobody
follows, and keeps cookies. Whoever a call is for is said by its own
headers here, never by an earlier answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from tidegate.address import Address
from tidegate.http_library import httpx

if TYPE_CHECKING:
    Auth = httpx.Auth


#: Sent with every request; a caller's own replace them.
USUAL = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",  # what the library unpacks without further packages
    "Connection": "keep-alive",
    "User-Agent": "tidegate/0.1",
}
#: A request of these says how long its body is, even if there is none.
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class PlainClient:
    """Makes requests and has a transport send them: each once, wherever the answer points."""

    def __init__(self, address: Address, transport: httpx.BaseTransport) -> None:
        self._address = address
        self._transport = transport
        self._closed = False

    def request(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        content: bytes | None,
        timeouts: Mapping[str, float],
    ) -> httpx.Request:
        """A request; a header that is given replaces the usual one. httpx.InvalidURL for an address that is none."""
        body = content or b""
        # with a stream, the library looks neither at the body nor at the headers once more
        request = httpx.Request(
            method,
            self._address.of(path, query),
            headers=self._usual,
            stream=httpx.ByteStream(body),
            extensions={"timeout": timeouts},
        )
        request.read()  # whoever signs or notes a request may look at its content
        if headers:
            request.headers.update(headers)
        if body or request.method in _WITH_BODY:
            request.headers["Content-Length"] = str(len(body))
        return request

    @cached_property
    def _usual(self) -> httpx.Headers:
        return httpx.Headers({"Host": self._address.root.netloc.decode(), **USUAL})

    def send(self, request: httpx.Request, auth: Auth | None) -> httpx.Response:
        """The answer, whose body is still to be read and closed. Raises httpx.HTTPError, RuntimeError when closed."""
        if self._closed:
            raise RuntimeError(f"the client of {self._address.text} is closed")
        auth = auth or self._address.account
        if auth is None:
            return self._transport.handle_request(request)
        signing = auth.sync_auth_flow(request)
        try:
            request = next(signing)
            while True:
                response = self._transport.handle_request(request)
                response.request = request
                try:
                    request = signing.send(response)
                except StopIteration:
                    return response
                except BaseException:
                    response.close()
                    raise
                response.close()
        finally:
            signing.close()

    def close(self) -> None:
        """Close the connections; nothing is sent any more."""
        self._closed = True
        self._transport.close()
