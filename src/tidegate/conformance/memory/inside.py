"""What the desks of one company share: its books, the way to them, and how it does things."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tidegate.clock import Clock
from tidegate.conformance.memory.books import Books
from tidegate.conformance.memory.calls import Calls
from tidegate.conformance.memory.files import Platform, Request
from tidegate.conformance.memory.switches import Switches
from tidegate.sage.port.outcomes import HandedOver, Outcome
from tidegate.sage.port.parcels import Scope


@dataclass
class Inside:
    """One process's view; books and platform outlive it."""

    clock: Clock
    switches: Switches
    books: Books
    platform: Platform
    calls_made: Calls
    lists_known: bool = False  #: whether what orders may name was read already

    def write(self, scope: Scope, kind: str, work: Callable[[], Outcome], key: str = "") -> Outcome:
        """Change something at once, or keep it until the company works on it."""
        if scope not in self.switches.hands_over_too:
            return self.calls_made.write(kind, work, key)
        return self.calls_made.write(kind, lambda: self._lying(work, key), key)

    def _lying(self, work: Callable[[], Outcome], key: str) -> HandedOver:
        self.platform.received += 1
        request = Request(f"rq-{self.platform.received}", key, work)
        self.platform.requests.append(request)
        expires = None if self.switches.kept_for is None else self.clock.now() + self.switches.kept_for
        return HandedOver(request.tracking, expires=expires)
