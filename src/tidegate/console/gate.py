"""How many callers are served at once and how often one may ask, so that none of them stops the cycles.

All of it is kept in memory: a restart forgets it, which harms nobody.
"""

from __future__ import annotations

import hashlib
import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tidegate.clock import Clock

#: Questions to the shop that are out at once, on behalf of callers.
MOST_AT_ONCE = 2
#: Requests that one token or address may make within `WINDOW` seconds, and failed ones of an address.
MOST_OFTEN, MOST_FAILED, WINDOW = 60, 20, 60.0
#: Seconds that a token stays known as nobody's.
FORGOTTEN = 60.0
#: Callers that are remembered; the oldest are forgotten first.
MOST_REMEMBERED = 10_000


@dataclass(eq=False)
class Gate:
    """One hub's gate for callers from outside."""

    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _inside: int = 0
    _seen: OrderedDict[str, tuple[float, int]] = field(default_factory=OrderedDict)
    _nobody: OrderedDict[str, float] = field(default_factory=OrderedDict)

    @contextmanager
    def entered(self) -> Iterator[bool]:
        """Whether there is room for one more; nobody waits at the gate."""
        with self._lock:
            room = self._inside < MOST_AT_ONCE
            self._inside += room
        try:
            yield room
        finally:
            with self._lock:
                self._inside -= room

    def wait(self, who: str, most: int = MOST_OFTEN, *, counted: bool = True) -> float:
        """Seconds until `who` may ask again, 0 = now; the question is counted, unless it is only looked at."""
        with self._lock:
            now, name = self.clock.monotonic(), named(who)
            since, count = self._seen.pop(name, (now, 0))
            if now - since >= WINDOW:
                since, count = now, 0
            self._seen[name] = since, count + counted
            _forget(self._seen)
            return since + WINDOW - now if count >= most else 0.0

    def wait_of(self, address: str) -> float:
        """Seconds that an address waits after too many tokens that were nobody's."""
        return self.wait(f"address {address}", MOST_FAILED, counted=False) if alone(address) else 0.0

    def failed(self, address: str) -> None:
        """The address showed a token that was nobody's."""
        if alone(address):
            self.wait(f"address {address}", MOST_FAILED)

    def nobody(self, token: str) -> bool:
        """Whether the shop said a short while ago that the token is nobody's."""
        with self._lock:
            known = self._nobody.get(named(token))
            return known is not None and self.clock.monotonic() - known < FORGOTTEN

    def is_nobody(self, token: str) -> None:
        """The shop does not know the token."""
        with self._lock:
            self._nobody[named(token)] = self.clock.monotonic()
            _forget(self._nobody)


def alone(address: str) -> bool:
    """Whether an address is one caller's: behind this machine's own stands a proxy with all of them."""
    try:
        return not ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def named(who: str) -> str:
    """Tokens are not kept, only their digests."""
    return hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()


def _forget(known: OrderedDict[str, tuple[float, int]] | OrderedDict[str, float]) -> None:
    while len(known) > MOST_REMEMBERED:
        known.popitem(last=False)
