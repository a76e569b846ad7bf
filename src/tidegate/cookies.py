"""No cookies: whoever a call is for is said by its own headers, never by an earlier answer."""

from __future__ import annotations

from tidegate.http_library import httpx


class NoCookies(httpx.Cookies):
    """Keeps nothing, and does not even read what an answer wants kept."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Drop them, unread."""


class Forgetful(httpx.Client):
    """A client without cookies."""

    @property
    def cookies(self) -> httpx.Cookies:
        """None."""
        return _NONE

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        """Drop them."""


_NONE = NoCookies()
