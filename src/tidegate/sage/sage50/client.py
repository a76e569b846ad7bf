"""Calls to the platform: the key in its header, one renewal after a 401, addresses that were handed out.

Source: contract §1, §4, §5, §8, §11. The key goes to the platform's own address alone; files are had by https from
wherever the platform says they lie.
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
    """JSON bytes; Decimal becomes a number with its own digits."""
    return _encoder.encode(value)


class Sage50Client:
    """One consent's way to the platform. Safe to use from several threads."""

    def __init__(
        self,
        http: HttpClient,
        keys: Keys,
        *,
        key_header: str,
        client_of: Callable[[str], HttpClient],
    ) -> None:
        """`client_of` makes a client for another origin than the platform's own."""
        self._http = http
        self._keys = keys
        self._header = key_header
        self._client_of = client_of
        self._others: dict[str, HttpClient] = {}
        self._lock = threading.Lock()

    @property
    def calls(self) -> int:
        """Requests so far, renewals included."""
        return sum(each.counter.value for each in self._clients())

    def calls_in(self, tally: Tally) -> int:
        """Those of them that one piece of work has made."""
        return tally.of(*(each.counter for each in self._clients()))

    def _clients(self) -> list[HttpClient]:
        return [self._http, *self._others.values()]

    def close(self) -> None:
        """Give back the connections."""
        for each in self._clients():
            each.close()

    # With a key

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer | Failure:
        """A call that needs a key, by path or by an address that the platform handed out.

        None of these has an effect on orders, so that none is ever in doubt. A 401 counts for nothing: the key is
        renewed and the call made once more.
        """
        own = self._path(path)
        if isinstance(own, Failure):
            return own
        pauses.possible()
        key = self._keys.current()
        if isinstance(key, Failure):
            return key
        answer = self._once(method, own, key, body)
        if isinstance(answer, Answer) and (answer.status == 401 or _is_withdrawn(answer)):
            renewed = self._keys.renewed(key) if answer.status == 401 else self._keys.withdrawn(key)
            if isinstance(renewed, Failure):
                return renewed
            answer = self._once(method, own, renewed, body)
            if isinstance(answer, Answer) and answer.status == 401:
                text = f"the platform refuses a key that it has just renewed: {answers.said(answer)}"
                return Failure(Code.NOT_AUTHENTICATED, text, sent=False)
        return answers.lost(answer, harmless=True) if isinstance(answer, NoAnswer) else answer

    def _once(self, method: str, path: str, key: str, body: Mapping[str, Any] | None) -> Answer | NoAnswer:
        headers = {self._header: key} | (JSON if body is not None else {})
        content = None if body is None else encode(body)
        return self._http.request(method, path, headers=headers, content=content)

    def _path(self, address: str) -> str | Failure:
        """The path of an address on the platform itself: no other host ever gets the key."""
        if address.startswith("/"):
            return address
        if _origin(address) != _origin(self._http.base_url):
            text = f"the platform gives an address on another host for a call with the key: {_host(address)}"
            return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False)
        parts = urlsplit(address)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    # Without one: the address itself is the permission

    def download(self, address: str) -> Answer | NoAnswer | Failure:
        """Get a file."""
        return self._handed_out("GET", address, None)

    def upload(self, address: str, content: bytes) -> Answer | NoAnswer | Failure:
        """Put a file; the same bytes again do no harm (§8)."""
        return self._handed_out("PUT", address, content)

    def _handed_out(self, method: str, address: str, content: bytes | None) -> Answer | NoAnswer | Failure:
        remember_secret(address)
        parts = urlsplit(address)
        own = _origin(address) == _origin(self._http.base_url)
        if not own and (parts.scheme != "https" or not parts.hostname):
            text = f"the platform gives the address of a file on {_host(address)} that is not https"
            return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False)
        http = self._http if own else self._other(f"{parts.scheme}://{parts.netloc}")
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
