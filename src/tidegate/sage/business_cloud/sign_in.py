"""The sign-in of Sage Business Cloud (contract §1): a refresh token works once; each new one has a full lifetime."""

from __future__ import annotations

from datetime import timedelta

from tidegate.sage.oauth2 import Server

AHEAD = timedelta(seconds=60)
WARN = timedelta(days=7)  #: from day 24 of 31


def server(sign_in_url: str) -> Server:
    """The server; its page has another address than its tokens."""
    return Server(
        authorize_path="",
        authorize_url=f"{sign_in_url.rstrip('/')}/oauth2/auth/central",
        token_path="/token",  # noqa: S106 - a path
        scope="full_access",
        access_seconds=300,
        extra=(("filter", "apiv3.1"),),
        ahead=AHEAD,
        refresh_lasts=timedelta(days=31),
        warn=WARN,
    )
