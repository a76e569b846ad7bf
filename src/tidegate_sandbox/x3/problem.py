"""Refusals of X3: with status 0 and messages over SOAP, with `$diagnoses` over REST (contract §3, §6, §15)."""

from __future__ import annotations

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.x3 import texts


class Denied(Exception):
    """An HTTP status with `$diagnoses`: the web server refuses before X3 is asked."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Problem(Exception):
    """X3 refuses what was asked: the cause first, follow-ups behind it."""

    def __init__(self, *messages: str) -> None:
        super().__init__(messages[0])
        self.messages = messages


def from_refusal(refusal: Refusal, record: str) -> Problem:
    """The kernel's refusal in X3's words. ``record`` is what was being saved."""
    match refusal.kind:
        case "closed_period":
            return Problem(texts.PERIOD.format(record), refusal.text)
        case "duplicate":
            return Problem(texts.EXISTS.format(record, refusal.field))
        case "in_use":
            return Problem(texts.LOCKED)
        case "unknown" | "missing":
            return Problem(f"{record} : {refusal.field} : {refusal.text}")
        case _:
            return Problem(f"{record} : {refusal.text}")
