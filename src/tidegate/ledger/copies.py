"""Copies of what attempts sent: kept in the attempt's own commit, shown to users, dropped by age or with a person."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.redaction import HIDDEN, redact

#: The fastest: a payload is a few kilobytes of JSON, and most of what can be gained is gained at once.
LEVEL = 1
_write = msgspec.json.Encoder(decimal_format="string", enc_hook=str).encode


def keep(connection: str, payloads: Mapping[int, Any], now: datetime) -> None:
    """Keep what each attempt (by its id) sends, without secrets. In the transaction that begins the attempts."""
    inside(now)
    columns = ("attempt", "connection", "at", "content")
    packed = [(attempt, connection, now, pack(payload)) for attempt, payload in payloads.items()]
    rows.insert(models.PayloadCopy, columns, packed)


def of_attempts(attempts: Iterable[int]) -> dict[int, str]:
    """The copies that are still there, as JSON by attempt."""
    found = models.PayloadCopy.objects.filter(pk__in=list(attempts)).values_list("pk", "content")
    return {pk: unpack(bytes(content)) for pk, content in found}


def expire(connection: str, before: datetime, most: int) -> int:
    """Delete the connection's copies from before a moment, the oldest first; how many. In a transaction."""
    old = models.PayloadCopy.objects.filter(connection=connection, at__lt=before).order_by("at")
    return _delete(list(old.values_list("pk", flat=True)[:most]))


def forget(deliveries: Sequence[int]) -> int:
    """Delete the copies of all attempts of these deliveries; how many. In a transaction."""
    count = 0
    for part in rows.chunks(deliveries):
        theirs = models.PayloadCopy.objects.filter(attempt__delivery_id__in=part)
        count += _delete(list(theirs.values_list("pk", flat=True)))
    return count


def _delete(attempts: Sequence[int]) -> int:
    count = 0
    for part in rows.chunks(attempts):
        count += models.PayloadCopy.objects.filter(pk__in=part).delete()[0]
    return count


def pack(payload: Any) -> bytes:
    """A payload as the ledger stores it."""
    text = _write(payload)
    if (
        redact(text.decode()) != text.decode()
    ):  # rare, and JSON's own quotes must stay: once more, text by text
        text = _write(_without_secrets(msgspec.json.decode(text)))
    return zlib.compress(text, LEVEL)


def _without_secrets(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _without_secrets(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_secrets(each) for each in value]
    if not isinstance(value, str):
        return value
    bare = redact(value)
    return bare if redact(f"{name}={bare}") == f"{name}={bare}" else HIDDEN  # its name shows that it is one


def unpack(content: bytes) -> str:
    """The JSON text of a packed payload."""
    return zlib.decompress(content).decode()


def delivery_of(attempt: int) -> int | None:
    """The delivery that an attempt belongs to."""
    return models.Attempt.objects.filter(pk=attempt).values_list("delivery_id", flat=True).first()
