"""Calls to the platform: the key in its header, one renewal after a 401, addresses that the platform hands out.

Source: contract §1, §4, §5, §8, §11. The key is sent to the platform's own host only. Files are transferred by https
with any host that the platform names.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.reading import pauses
from tidegate.redaction import remember_secret
from tidegate.sage.sage50 import answers, wire_names
from tidegate.sage.sage50.keys import Keys
from tidegate.transport import Answer, HttpClient, NoAnswer, Tally

_encoder = msgspec.json.Encoder(decimal_format="number")
JSON = {"Content-Type": "application/json"}


def encode(value: Any) -> bytes:
    """JSON bytes; a Decimal becomes a number with all its digits."""
    return _encoder.encode(value)


class Sage50Client:
    """Calls the platform with the key of one consent. Safe to use from several threads."""

    def __init__(
        self,
        http: HttpClient,
        keys: Keys,
        *,
        key_header: str,
        client_of: Callable[[str], HttpClient],
    ) -> None:
        """`key_header`: the name of the header; `client_of` makes the client for an origin other than `http`'s."""
        self._http = http
        self._keys = keys
        self._header = key_header
        self._client_of = client_of
        self._others: dict[str, HttpClient] = {}
        self._lock = threading.Lock()

    @property
    def calls(self) -> int:
        """Requests so far, to all hosts, renewals included."""
        return sum(each.counter.value for each in self._clients())

    def calls_in(self, tally: Tally) -> int:
        """The requests of these that one piece of work has made."""
        return tally.of(*(each.counter for each in self._clients()))

    def _clients(self) -> list[HttpClient]:
        return [self._http, *self._others.values()]

    def close(self) -> None:
        """Close the connections."""
        for each in self._clients():
            each.close()

    # Calls with the key

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer | Failure:
        """Make a call that needs the key. `path` is a path, or an address that the platform handed out.

        After a 401 the key is renewed, and the call is made once more. None of these calls changes an order, so none
        is ever in doubt.
        """
        relative = self._path(path)
        if isinstance(relative, Failure):
            return relative
        pauses.possible()
        key = self._keys.current()
        if isinstance(key, Failure):
            return key
        answer = self._once(method, relative, key, body)
        if isinstance(answer, Answer) and (answer.status == 401 or _is_withdrawn(answer)):
            renewed = self._keys.renewed(key) if answer.status == 401 else self._keys.withdrawn(key)
            if isinstance(renewed, Failure):
                return renewed
            answer = self._once(method, relative, renewed, body)
            if isinstance(answer, Answer) and answer.status == 401:
                text = f"the platform refuses a key that it has just renewed: {answers.said(answer)}"
                return Failure(Code.NOT_AUTHENTICATED, text, sent=False)
        return answers.lost(answer, harmless=True) if isinstance(answer, NoAnswer) else answer

    def _once(self, method: str, path: str, key: str, body: Mapping[str, Any] | None) -> Answer | NoAnswer:
        headers = {self._header: key} | (JSON if body is not None else {})
        content = None if body is None else encode(body)
        return self._http.request(method, path, headers=headers, content=content)

    def _path(self, address: str) -> str | Failure:
        """The path of an address on the platform. Failure for another host, which must not get the key."""
        if address.startswith("/"):
            return address
        if _origin(address) != _origin(self._http.base_url):
            text = f"the platform gives an address on another host for a call with the key: {_host(address)}"
            return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False)
        parts = urlsplit(address)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    # Calls without the key: the address itself is the permission

    def download(self, address: str) -> Answer | NoAnswer | Failure:
        """Get a file. Failure for an address of another host without https."""
        return self._handed_out("GET", address, None)

    def upload(self, address: str, content: bytes) -> Answer | NoAnswer | Failure:
        """Put a file; sending the same bytes again does no harm (§8). Failure as `download`."""
        return self._handed_out("PUT", address, content)

    def _handed_out(self, method: str, address: str, content: bytes | None) -> Answer | NoAnswer | Failure:
        remember_secret(address)
        parts = urlsplit(address)
        on_platform = _origin(address) == _origin(self._http.base_url)
        if not on_platform and (parts.scheme != "https" or not parts.hostname):
            text = f"the platform gives the address of a file on {_host(address)} that is not https"
            return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False)
        http = self._http if on_platform else self._other(f"{parts.scheme}://{parts.netloc}")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        pauses.possible()
        return http.request(method, path, headers=JSON if content is not None else {}, content=content)

    def _other(self, origin: str) -> HttpClient:
        with self._lock:
            if origin not in self._others:
                self._others[origin] = self._client_of(origin)
            return self._others[origin]


def _is_withdrawn(answer: Answer) -> bool:
    return answer.status == 403 and answers.word_of(answer) == wire_names.WITHDRAWN


def _origin(address: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(address)
        return parts.scheme, (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", "", None


def _host(address: str) -> str:
    return _origin(address)[1] or "no host"
