"""`[connections.NAME.copies]`: copies of what was sent."""

from __future__ import annotations

from tidegate.config.strict import Strict


class Copies(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.copies]`: what each attempt sent, for the order's page and `tidegate trace --attempts`."""

    keep: bool = True
    days: int = 90  #: after which a copy is deleted
