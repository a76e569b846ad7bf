"""A crash of the process, at a chosen commit or send, as sudden as SIGKILL.

Once dead, nothing that the dying code still tries reaches the ledger or the wire: cleaning up in
`finally` blocks is a courtesy that a killed process does not have.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx


class ProcessDeath(BaseException):
    """The process is gone. Not an Exception: no code of the hub may catch it."""


@dataclass
class Crashes:
    """Counts commits and sends, and kills the process at the chosen one.

    `at` is what is counted down ("commit", "send-before", "send-after", "any"), `after` how many of
    them pass first.
    """

    at: str = ""
    after: int = 0
    dead: bool = False
    deaths: int = 0
    plan: list[int] = field(default_factory=list)  #: sweeps: at which point each coming life ends

    def arm(self, at: str, after: int) -> None:
        """Die at the point number `after` from now on, counted from 0."""
        self.at, self.after = at, after

    def disarm(self) -> None:
        """From now on nobody dies."""
        self.at = ""
        self.plan.clear()

    def revive(self) -> None:
        """A new process; it may have a planned end, too."""
        self.dead, self.at = False, ""
        if self.plan:
            self.arm("any", self.plan.pop(0))

    def trip(self, label: str, when: str) -> None:
        """The ledger's hook around commits: before means that the commit is lost."""
        self._point("commit", f"{when} the commit {label!r}")

    def point(self, name: str) -> None:
        """A send: before it leaves, or after it was carried out."""
        self._point(name, name)

    def _point(self, name: str, text: str) -> None:
        if self.dead:
            raise ProcessDeath("already dead")
        if self.at not in (name, "any"):
            return
        if self.after > 0:
            self.after -= 1
            return
        self.dead, self.at = True, ""
        self.deaths += 1
        raise ProcessDeath(text)


class MortalTransport(httpx.BaseTransport):
    """The wire of a process that may die at it."""

    def __init__(self, inner: httpx.BaseTransport, crashes: Crashes) -> None:
        self._inner = inner
        self._crashes = crashes

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request, with the two moments at which the process may die."""
        self._crashes.point("send-before")
        response = self._inner.handle_request(request)
        self._crashes.point("send-after")
        return response
