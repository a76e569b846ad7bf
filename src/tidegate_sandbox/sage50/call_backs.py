"""Calls from the platform to the applications, with their repetitions (contract sections 3 and 6).

They are made by ``deliver_due``, never within a request of a client, and outside of the platform's lock.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import httpx

from tidegate_sandbox.sage50.event_clock import EventClock
from tidegate_sandbox.sage50.journal import Journal
from tidegate_sandbox.sage50.json_text import encode
from tidegate_sandbox.sage50.options import Options

Kind = Literal["approval", "notification"]
PATIENCE = 10.0
"""Seconds that an application may take to answer."""
REMEMBERED = 5000


@dataclass(slots=True, eq=False)
class CallBack:
    """One call-back; ``statuses`` of its attempts, None where no answer came. ``urgent``: not to wait."""

    kind: Kind
    url: str
    body: bytes
    headers: dict[str, str]
    due: datetime
    urgent: bool = False
    statuses: list[int | None] = field(default_factory=list)
    state: Literal["waiting", "delivered", "given up"] = "waiting"


class CallBacks:
    """What is still to be called, and what was."""

    def __init__(
        self,
        clock: EventClock,
        options: Options,
        journal: Journal,
        lock: threading.RLock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._options = options
        self._journal = journal
        self._lock = lock
        self._transport = transport
        self._waiting: list[CallBack] = []
        self.ended: deque[CallBack] = deque(maxlen=REMEMBERED)

    def add(
        self,
        kind: Kind,
        url: str,
        message: dict[str, Any],
        *,
        secret: str | None = None,
        delay: float = 0,
        urgent: bool = False,
    ) -> CallBack:
        """Call back after ``delay`` seconds; signed, where a ``secret`` is given and signing is switched on."""
        body = encode(message)
        headers = {"Content-Type": "application/json"}
        if secret is not None and self._options.signed:
            headers[self._options.signature_header] = signature(secret, body)
        due = self._clock.now() + timedelta(seconds=delay)
        call_back = CallBack(kind, url, body, headers, due, urgent)
        self._waiting.append(call_back)
        return call_back

    def repeat(self, one: CallBack) -> None:
        """Make a call-back once more, byte for byte."""
        self._waiting.append(CallBack(one.kind, one.url, one.body, one.headers, self._clock.now()))

    def next_due(self) -> datetime | None:
        """When the next call-back is due."""
        with self._lock:
            return min((one.due for one in self._waiting), default=None)

    def deliver_due(self, *, urgent_only: bool = False) -> int:
        """Make the call-backs that are due, each once; returns how many. Not to be called under the lock."""
        with self._lock:
            due = [
                one
                for one in self._waiting
                if one.due <= self._clock.now() and (one.urgent or not urgent_only)
            ]
            self._waiting = [one for one in self._waiting if one not in due]
        if not due:
            return 0
        with httpx.Client(transport=self._transport, timeout=PATIENCE, trust_env=False) as client:
            for one in sorted(due, key=lambda one: one.due):
                one.statuses.append(_posted(client, one))
                with self._lock:
                    self._conclude(one)
        return len(due)

    def _conclude(self, one: CallBack) -> None:
        status, retries = one.statuses[-1], self._options.retry_minutes
        good = status == 200 if one.kind == "approval" else status is not None and 200 <= status < 300
        self._journal.note("call-back", kind=one.kind, url=one.url, status=status, attempt=len(one.statuses))
        if not good and len(one.statuses) <= len(retries):
            one.due = max(one.due, self._clock.now()) + timedelta(minutes=retries[len(one.statuses) - 1])
            self._waiting.append(one)
            return
        one.state = "delivered" if good else "given up"
        self.ended.append(one)


def _posted(client: httpx.Client, one: CallBack) -> int | None:
    """The status of the application's answer; None if there is none."""
    try:
        return client.post(one.url, content=one.body, headers=one.headers).status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        return None


def signature(secret: str, body: bytes) -> str:
    """The hexadecimal HMAC-SHA-256 of a raw body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
