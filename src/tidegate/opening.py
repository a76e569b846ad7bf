"""How long the other side may still be called, before it closes."""

from __future__ import annotations

from dataclasses import dataclass

SHORTEST = 10.0
"""Seconds: a call that could not take so long before the other side closes does not leave any more."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How long a call that leaves now may take, in seconds, and why no longer; with 0 the other side is closed."""

    seconds: float
    reason: str
