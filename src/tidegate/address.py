"""The address of one external system, and the addresses of the calls to it.

httpx looks at every character of an address several times, which was an eighth of what a call cost. What needs no
encoding is not looked at by it: the system's own address is parsed once, and path and query are put behind it.
"""

from __future__ import annotations

import re
from functools import cached_property
from urllib.parse import urlsplit

from tidegate.http_library import httpx

#: What the library leaves as it is; the path besides has no part that begins with a dot.
_PATH = re.compile(r"/(?:[A-Za-z0-9_~,:$()*'/.-]++|%[0-9A-Fa-f]{2}+)*+")
_QUERY = re.compile(r"(?:[A-Za-z0-9_~,:$()*'/.&=+-]++|%[0-9A-Fa-f]{2}+)*+")
_LONGEST = 60_000
"""Characters of a path and of a query; the library refuses addresses that are a little longer."""


class Address:
    """Where one external system is."""

    def __init__(self, url: str) -> None:
        self.text = url.rstrip("/")
        parts = urlsplit(self.text)
        self.scheme = parts.scheme
        self.host = parts.hostname or ""
        self._start = f"{parts.scheme}://{parts.netloc}"
        self._folder = parts.path
        self._plain = self.text == self._start + self._folder

    def of(self, path: str, query: str = "") -> httpx.URL:
        """The address of one call; httpx.InvalidURL for what is none."""
        whole = self._folder + path
        if (
            self._plain
            and "/." not in whole
            and _PATH.fullmatch(whole)
            and _QUERY.fullmatch(query)
            and len(whole) < _LONGEST > len(query)
        ):
            url = httpx.URL(self.root)
            # a field of the library's own, as it offers no way in: a test compares what comes of it
            url._uri_reference = url._uri_reference._replace(path=whole, query=query or None)
            return url
        return httpx.URL(self.text + path + (f"?{query}" if query else ""))

    @cached_property
    def account(self) -> httpx.Auth | None:
        """User and password of the address; None without."""
        root = self.root
        if root.username or root.password:
            return httpx.BasicAuth(root.username, root.password)
        return None

    @cached_property
    def root(self) -> httpx.URL:
        """The same without a path."""
        return httpx.URL(self._start)
