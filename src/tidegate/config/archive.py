"""`[connections.NAME.archive]`: when finished deliveries are archived."""

from __future__ import annotations

from tidegate.config.strict import Strict


class Archive(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.archive]`."""

    days: int = 400  #: after which what a finished delivery has left behind is compressed; 0 = never
