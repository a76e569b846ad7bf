"""Idempotency keys of REST (contract §15.5)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from tidegate_sandbox.erp.stamps import Clock
from tidegate_sandbox.intacct.options import Options
from tidegate_sandbox.intacct.rest_failure import RestFailure, bad_form


class Answer(NamedTuple):
    """An answer of REST before it is sent."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Kept:
    request: str
    at: datetime
    answer: Answer | None  #: None while the first is still running


class Repeats:
    """Remembers what was answered to a key: replayed for 48 hours, then refused until 60 days are over."""

    def __init__(self, clock: Clock, options: Options) -> None:
        self._clock = clock
        self._options = options
        self._kept: dict[str, _Kept] = {}

    def once(self, key: str, request: bytes, work: Callable[[], Answer]) -> Answer:
        """The answer to a request with a key, carried out once. RestFailure 409 for a key used otherwise."""
        if len(key) > 256:
            raise bad_form("The Idempotency-Key is longer than 256 characters.")
        digest, now = hashlib.sha256(request).hexdigest(), self._clock.now()
        found = self._kept.get(key)
        if found is not None and now - found.at >= timedelta(days=self._options.idempotency_days):
            found = None
        if found is not None:
            return self._again(key, found, digest, now)
        kept = self._kept[key] = _Kept(digest, now, None)
        try:
            kept.answer = work()
        except BaseException:
            del self._kept[key]
            raise
        return kept.answer

    def _again(self, key: str, found: _Kept, digest: str, now: datetime) -> Answer:
        if found.request != digest:
            raise _conflict("The Idempotency-Key was used with another request.")
        if found.answer is None:
            raise _conflict("The first request with this Idempotency-Key is still running.")
        if now - found.at >= timedelta(hours=self._options.idempotency_hours):
            raise _conflict("The Idempotency-Key was used before; its result is not kept any longer.")
        headers = (
            *found.answer.headers,
            ("Idempotency-Key", key),
            ("X-IA-Idempotency-Cached-Date", found.at.strftime("%Y-%m-%dT%H:%M:%SZ")),
        )
        return found.answer._replace(headers=headers)


def _conflict(text: str) -> RestFailure:
    return RestFailure(409, "operationFailed", text, "REST-1060")
