"""JSON as the platform reads and writes it: amounts are numbers, never binary fractions; times end with Z."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

_ONE = Decimal(1)
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def decode(raw: bytes) -> Any:
    """The value of a JSON text; numbers are ``int`` or ``Decimal``. ValueError if it is none."""
    try:
        return _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not valid JSON: {error}") from None


def encode(value: Any) -> bytes:
    """A value as JSON text."""
    return _ENCODER.encode(value)


def canonical(value: Any) -> bytes:
    """JSON text that is the same for the same content: keys sorted, without ``timestamp``, 6.40 as 6.4."""
    return msgspec.json.encode(_plain(value), order="sorted")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if name != "timestamp"}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return _text(Decimal(value)) if is_number else value


def _text(value: Decimal) -> str:
    """A number as text, the same for 6.40 and 6.4; monstrous ones stay as they are."""
    return str(value.normalize()) if abs(value.adjusted()) < 1000 else str(value)


def number(value: Decimal) -> Decimal:
    """The same number without zeros at its end: 6.40000 is 6.4, and 1E+2 is 100."""
    return value.quantize(_ONE) if value == value.to_integral_value() else value.normalize()


@lru_cache(maxsize=4096)  # a file has the times of all records, most of them as in the one before
def moment(at: datetime) -> str:
    """A time as the platform writes it: ``2026-03-02T10:30:00Z``, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"
