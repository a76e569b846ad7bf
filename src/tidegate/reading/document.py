"""A JSON document as Python values: dict, list, str, int, Decimal, bool, None.

What no sound system sends is not believed and does not spoil the rest of the document either: NaN and
endless digits become a :class:`Wild` value, what is nested too deep a number out of all bounds; no field
takes either. So one bad record of a list harms only itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

#: Levels of nesting. A Magento order has 9; what recurses over a document must have room for all of them.
DEEPEST = 64
#: Digits of a number, and the powers of ten on both sides. PHP writes 17 digits, parcels have numbers of 34.
LONGEST_NUMBER = 40

_BRACKETS = b"[]{}"
_NO_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))
_TEXT_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
#: A number that no field takes, in the place of what was nested too deep.
_TOO_DEEP = b"1e999999999"
TOO_DEEP = Decimal(_TOO_DEEP.decode())


class Unreadable(ValueError):
    """What was read is no value; the text names the field and says why. It never holds a whole document."""

    def __init__(self, why: str, path: str = "") -> None:
        super().__init__(f"{path}: {why}" if path else why)
        self.why = why
        self.path = path

    def within(self, name: str) -> Unreadable:
        """The same, reported of the record that holds the field or list at `name`."""
        joint = "." if self.path and not self.path.startswith("[") else ""
        return Unreadable(self.why, f"{name}{joint}{self.path}")


@dataclass(frozen=True, slots=True)
class Wild:
    """What JSON has no word for, or a number out of all bounds: it stands in a document as itself."""

    why: str

    def __str__(self) -> str:
        return f"({self.why})"


def read(body: bytes | str) -> Any:
    """The values of a JSON document, numbers with a point or an exponent as Decimal. Raises Unreadable."""
    raw = body.encode("utf-8", "replace") if isinstance(body, str) else body
    if _may_be_too_deep(raw):
        raw = _cut_off(raw)
    try:
        return _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _read_loosely(raw, error)


def _number(text: str) -> Decimal | Wild:
    """A number with a point or an exponent."""
    if len(text) > LONGEST_NUMBER + 8:
        return Wild(f"a number of {len(text)} characters")
    try:
        value = Decimal(text)
    except InvalidOperation:
        return Wild(f"{text} is not a number")
    if value and abs(value.adjusted()) > LONGEST_NUMBER:
        return Wild(f"{text} is out of range")
    return value


#: Quick, and without bounds of its own: `values` holds every field to them.
_decoder = msgspec.json.Decoder(float_hook=Decimal)


def _whole(text: str) -> int | Wild:
    return int(text) if len(text) <= LONGEST_NUMBER else Wild(f"a number of {len(text)} digits")


def _read_loosely(raw: bytes, error: Exception) -> Any:
    """The same with the standard library, which knows NaN, Infinity and endless digits, as Wild."""
    try:
        return json.loads(
            raw.decode(),
            parse_float=_number,
            parse_int=_whole,
            parse_constant=lambda name: Wild(f"{name} is not a number"),
        )
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8") from None
    except (ValueError, RecursionError):
        raise Unreadable(f"it is not JSON: {error}"[:200]) from None


def _may_be_too_deep(raw: bytes) -> bool:
    """Brackets alone, the innermost pairs taken out level by level: quick, and sure only when it says no."""
    left = raw.translate(None, _NO_BRACKETS)
    for _ in range(DEEPEST):
        if len(left) <= DEEPEST:
            return False
        shorter = left.replace(b"[]", b"").replace(b"{}", b"")
        if len(shorter) == len(left):
            return True  # brackets in texts, or broken JSON
        left = shorter
    return bool(left)


def _cut_off(raw: bytes) -> bytes:
    """The document with a Wild number in the place of everything that is nested too deep."""
    kept: list[bytes] = []
    depth = begin = 0
    for found in _TEXT_OR_BRACKET.finditer(raw):
        sign = found[0]
        if sign in (b"[", b"{"):
            depth += 1
            if depth == DEEPEST + 1:
                kept += (raw[begin : found.start()], _TOO_DEEP)
        elif sign in (b"]", b"}"):
            if depth == DEEPEST + 1:
                begin = found.end()
            depth -= 1
    return b"".join((*kept, raw[begin:])) if depth <= DEEPEST else b"".join(kept)
