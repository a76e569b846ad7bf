"""Numbers as Magento keeps and sends them: decimal, four places at most, rounded half up (away from zero)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import msgspec

Number = int | Decimal

ZERO: Final = Decimal(0)
HUNDRED: Final = Decimal(100)
_CENT: Final = Decimal("0.01")
_COLUMN: Final = Decimal("0.0001")
PRICE: Final = Decimal("0.000001")
"""The places of a product's price: more than those of amounts (``base-prices-4-decimals-read``)."""

_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)


def cents(value: Decimal) -> Decimal:
    """``value`` rounded to two places, half up, as Magento rounds every amount."""
    return value.quantize(_CENT, ROUND_HALF_UP)


def figure(value: Decimal, column: Decimal = _COLUMN) -> Number:
    """``value`` as a JSON number: a whole number without a fraction, otherwise as many places as ``column``."""
    value = value.quantize(column, ROUND_HALF_UP)
    whole = int(value)
    return whole if whole == value else value.normalize()


def encode(value: object) -> bytes:
    """``value`` as JSON text; decimals are written as numbers."""
    return _encoder.encode(value)


def decode(text: bytes) -> Any:
    """The value of a JSON text, with its fractions as Decimal. Raises ``msgspec.DecodeError``."""
    return _decoder.decode(text)
