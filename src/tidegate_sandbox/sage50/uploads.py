"""Files from the applications on their way to Sage 50, and what became of them (contract sections 8 and 9)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tidegate_sandbox.sage50.connection import Connection
from tidegate_sandbox.sage50.event_clock import EventClock
from tidegate_sandbox.sage50.problem import not_found
from tidegate_sandbox.sage50.tokens import Tokens

Status = Literal[
    "pending",
    "validating",
    "invalid",
    "available",
    "expired",
    "processing",
    "accepted",
    "failed",
    "badRequest",
    "replaced",
]
ENDED = frozenset({"invalid", "expired", "accepted", "failed", "badRequest", "replaced"})
PROGRESS: dict[Status, int] = {"pending": 0, "validating": 10, "available": 25, "processing": 50}


@dataclass(frozen=True, slots=True, eq=False)
class ResultFile:
    """A result file as it lies on the platform."""

    upload_id: str
    content: bytes


@dataclass(slots=True, eq=False)
class Upload:
    """One upload. ``content`` and ``records`` are kept until it ends; ``result`` is what can be downloaded."""

    id: str
    connection: Connection
    scope: str
    size: int
    sha256: str
    link_expires_at: datetime
    updated_at: datetime
    status: Status = "pending"
    received: bool = False
    content: bytes = b""
    records: list[dict[str, Any]] = field(default_factory=list)
    order_ids: list[str] = field(default_factory=list)
    result: ResultFile | None = None

    @property
    def has_ended(self) -> bool:
        """Whether its status is a final one."""
        return self.status in ENDED

    @property
    def progress(self) -> int:
        """How far it is, in per cent."""
        return PROGRESS.get(self.status, 100)


class Uploads:
    """The uploads of all connections."""

    def __init__(self, clock: EventClock, tokens: Tokens) -> None:
        self._clock = clock
        self._tokens = tokens
        self._uploads: dict[str, Upload] = {}

    def __iter__(self) -> Iterator[Upload]:
        """All uploads, oldest first."""
        return iter(self._uploads.values())

    def start(
        self, connection: Connection, scope: str, size: int, sha256: str, link_expires_at: datetime
    ) -> Upload:
        """Announce an upload; its bytes are still to come."""
        now = self._clock.now()
        upload = Upload(self._tokens.number("up-"), connection, scope, size, sha256, link_expires_at, now)
        self._uploads[upload.id] = upload
        return upload

    def tracked(self, id: str, caller: Connection) -> Upload:
        """An upload of the caller's installation and application. Problem 404."""
        upload = self._uploads.get(id)
        if upload is None or upload.status == "replaced" or not _is_same(upload.connection, caller):
            raise not_found("upload", "trackingNotFound")
        return upload

    def get(self, id: str) -> Upload | None:
        """An upload by its id."""
        return self._uploads.get(id)

    def open_of(self, connection: Connection, scope: str) -> list[Upload]:
        """The uploads of the caller's installation and scope that have not ended."""
        now = self._clock.now()
        return [
            one
            for one in self._uploads.values()
            if one.scope == scope
            and _is_same(one.connection, connection)
            and not one.has_ended
            and (one.received or one.link_expires_at > now)
        ]

    def waiting_for(self, allowed: Collection[Connection]) -> list[Upload]:
        """What an installation that allows these has to fetch, oldest first.

        A consent that is given anew lets in what the same application sent under the one before (A).
        """
        return [
            one
            for one in self._uploads.values()
            if one.status == "available" and any(_is_same(one.connection, each) for each in allowed)
        ]

    def move(self, upload: Upload, status: Status) -> None:
        """Give an upload its next status."""
        upload.status, upload.updated_at = status, self._clock.now()
        if upload.has_ended:
            upload.content, upload.records = b"", []


def _is_same(one: Connection, other: Connection) -> bool:
    return one.installation_id == other.installation_id and one.application is other.application
