"""The reference of a receipt of ours: the order's number, and a mark of our key (contract §7: 25 characters, no notes)."""

from __future__ import annotations

import hashlib

from tidegate.sage.business_cloud.writing import REFERENCE

SIGN = "~"  #: between the two
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = 8
ROOM = (
    REFERENCE - _DIGITS - len(SIGN)
)  #: for the number; of a longer one only the end is kept; the mark identifies it


def mark_of(key: str) -> str:
    """Eight signs of our key."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest())
    text = ""
    for _ in range(_DIGITS):
        number, rest = divmod(number, len(_ALPHABET))
        text += _ALPHABET[rest]
    return text


def marked(reference: str, key: str) -> str:
    """What the receipt is known by in Sage."""
    return f"{reference[-ROOM:]}{SIGN}{mark_of(key)}"


def marks_in(reference: str) -> str:
    """The mark of a receipt, "" where it is none of ours."""
    _, sign, mark = reference.rpartition(SIGN)
    return mark if sign and len(mark) == _DIGITS else ""


def reference_of(reference: str) -> str:
    """The reference of a receipt without our mark, for display."""
    return reference.rpartition(SIGN)[0] if marks_in(reference) else reference
