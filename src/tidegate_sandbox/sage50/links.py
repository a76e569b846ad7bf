"""URLs that are handed out: the URL is the permission, for some minutes (contract sections 1 and 5)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tidegate_sandbox.sage50.event_clock import EventClock
from tidegate_sandbox.sage50.options import Options
from tidegate_sandbox.sage50.problem import gone, not_found
from tidegate_sandbox.sage50.tokens import Tokens

Kind = Literal["f", "u", "r"]
"""A scope file to download, an upload, or a result file; the first part of the URL's path."""
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Link:
    """A URL's path, what it gives access to, and until when."""

    path: str
    target: object
    expires_at: datetime


class Links:
    """The links that were handed out. Of those that are over only the paths are kept, the newest 20,000."""

    def __init__(self, clock: EventClock, tokens: Tokens, options: Options) -> None:
        self._clock = clock
        self._tokens = tokens
        self._options = options
        self._links: dict[str, Link] = {}
        self._over: OrderedDict[str, None] = OrderedDict()

    def hand_out(self, kind: Kind, target: object) -> Link:
        """A new link to ``target``."""
        self._forget()
        expires_at = self._clock.now() + timedelta(minutes=self._options.link_minutes)
        link = Link(f"/{kind}/{self._tokens.new('')}", target, expires_at)
        self._links[link.path] = link
        return link

    def _forget(self) -> None:
        """Let go of the targets of links that are over: files may be large."""
        now = self._clock.now()
        for path in [path for path, link in self._links.items() if link.expires_at <= now]:
            del self._links[path]
            self._over[path] = None
        while len(self._over) > REMEMBERED:
            self._over.popitem(last=False)

    def target(self, path: str) -> object:
        """What a path gives access to. Problem 404 for one never handed out, 410 for one that is over."""
        self._forget()
        if path in self._over:
            raise gone()
        if path not in self._links:
            raise not_found("file")
        return self._links[path].target
