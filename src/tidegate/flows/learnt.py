"""Limits of sizes, learnt from refusals of stores and companies and kept between processes.

This saves `tidegate cycle` from cron the refusals. They are dropped after a week, as servers are repaired and a
needless limit slows every read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from tidegate.flows.connection import Connection
from tidegate.ledger import marks

KEPT_FOR = timedelta(days=7)  #: then everything is tried at full size again


class Teacher(Protocol):
    """A system whose limits are learnt from its refusals."""

    @property
    def learnt_limits(self) -> Mapping[str, int]:
        """Sizes by name."""
        ...

    def take_limits(self, learnt: Mapping[str, int]) -> None:
        """Take the limits that an earlier process learnt; limits known already are kept."""
        ...

    def forget_limits(self) -> None:
        """Try again at full size."""
        ...


class _Kept(msgspec.Struct):
    since: datetime
    limits: dict[str, int]


Known = Mapping[str, "_Kept"]


def recall(connection: Connection, now: datetime) -> Known:
    """Hand the clients what was learnt; drop what is older than a week. Returns what was written down."""
    known = _read(connection)
    for name, teacher in _teachers(connection):
        kept = known.get(name)
        if kept is None:
            continue
        if now - kept.since > KEPT_FOR:
            teacher.forget_limits()
        else:
            teacher.take_limits(kept.limits)
    return known


def keep(connection: Connection, known: Known, now: datetime) -> None:
    """Write down what is new since `recall` told what was `known`. Inside a transaction."""
    for name, teacher in _teachers(connection):
        kept, learnt = known.get(name), dict(teacher.learnt_limits)
        if (kept.limits if kept else {}) == learnt:
            continue
        if not learnt:
            marks.remove(name, now)
            continue
        since = kept.since if kept and now - kept.since <= KEPT_FOR else now
        marks.write(name, msgspec.json.encode(_Kept(since, learnt)).decode(), now)


def learnt_limits(connection: Connection) -> Iterator[tuple[str, datetime, Mapping[str, int]]]:
    """What is kept of each system: its name, since when, and the sizes."""
    for name, kept in _read(connection).items():
        if kept.limits:
            yield name.removeprefix("limits:"), kept.since, kept.limits


def _teachers(connection: Connection) -> list[tuple[str, Teacher]]:
    return [
        (f"limits:company:{connection.settings.company}", connection.company),
        (f"limits:store:{connection.store.name}", connection.store.client),
    ]


def _read(connection: Connection) -> dict[str, _Kept]:
    """What is written down of each system, by its name; what cannot be read is not known."""
    texts = marks.read_all([name for name, _ in _teachers(connection)])
    found = {}
    for name, text in texts.items():
        with suppress(msgspec.DecodeError):
            found[name] = msgspec.json.decode(text, type=_Kept)
    return found
