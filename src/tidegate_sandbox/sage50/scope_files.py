"""The files that Sage 50 installations uploaded: one for each scope, the latest (contract section 5)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from tidegate_sandbox.sage50.event_clock import EventClock

DOMAIN = "ecommerce"
DOWNLOADED = ("customers", "products")
"""Scopes that go from Sage 50 to the applications."""
UPLOADED = ("orders",)
"""Scopes that go from the applications to Sage 50."""
SCOPES = (*DOWNLOADED, *UPLOADED)


@dataclass(frozen=True, slots=True, eq=False)
class ScopeFile:
    """One version of a scope's file."""

    installation_id: str
    domain: str
    scope: str
    version: int
    uploaded_at: datetime
    content: bytes
    sha256: str


class ScopeFiles:
    """The latest version of each scope of each installation."""

    def __init__(self, clock: EventClock) -> None:
        self._clock = clock
        self._files: dict[tuple[str, str, str], ScopeFile] = {}

    def latest(self, installation_id: str, domain: str, scope: str) -> ScopeFile | None:
        """The only version there is; None before the first."""
        return self._files.get((installation_id, domain, scope))

    def prepare(self, installation_id: str, domain: str, scope: str, content: bytes) -> ScopeFile:
        """The next version of a scope's file; it can be had once it is published."""
        before = self.latest(installation_id, domain, scope)
        return ScopeFile(
            installation_id,
            domain,
            scope,
            version=1 if before is None else before.version + 1,
            uploaded_at=self._clock.now(),
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
        )

    def publish(self, file: ScopeFile) -> None:
        """Let a file replace the one before; an older version replaces nothing."""
        before = self.latest(file.installation_id, file.domain, file.scope)
        if before is None or before.version <= file.version:
            self._files[file.installation_id, file.domain, file.scope] = file

    def is_latest(self, file: ScopeFile) -> bool:
        """Whether no newer version has replaced it."""
        return self.latest(file.installation_id, file.domain, file.scope) is file
