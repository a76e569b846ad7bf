"""A parcel: records that a company holds in one file or request, until their result is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel that is not closed. Instants are aware UTC.

    `digest` is :func:`digest_of` its records: it names the content where no `tracking` reference came
    back ("" then). `keys` are the records whose outcome is not known yet.
    """

    id: int
    connection: str
    company: str
    scope: str  #: what it carries, e.g. `orders`
    digest: str
    tracking: str
    keys: tuple[str, ...]
    opened_at: datetime
    not_before: datetime | None = None  #: before this there is nothing to collect; None: at once
    expires: datetime | None = None  #: after this the company keeps it no longer; None: no such time is known


def digest_of(records: Iterable[tuple[str, str]]) -> str:
    """SHA-256 (hex) of (key, payload hash) of each record, whatever their order."""
    lines = sorted(f"{key} {payload_hash}\n" for key, payload_hash in records)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def is_overdue(parcel: Parcel, hours: int, now: datetime) -> bool:
    """Whether the parcel has had no result for too long, so that an operator should know, or it has expired."""
    expired = parcel.expires is not None and parcel.expires <= now
    return expired or now - parcel.opened_at > timedelta(hours=hours)
