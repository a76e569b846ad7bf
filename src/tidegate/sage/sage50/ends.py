"""When a file was first seen to have ended: a result is asked for during a while after that.

Source: contract §9. The platform may state when a status changed; its two times are compared with each other, never
with ours. Where it does not, the first time that this hub saw the end counts, kept for all processes.
"""

from __future__ import annotations

from datetime import timedelta

from tidegate.clock import Clock
from tidegate.sage.sage50.uploads import ENDED
from tidegate.sage.vault import Secret, Vault


class Ends:
    """The ends of one company's files."""

    def __init__(self, company: str, vault: Vault, clock: Clock) -> None:
        self._company = company
        self._vault = vault
        self._clock = clock

    def is_long_ago(self, digest: str, stated: timedelta | None, patience: timedelta) -> bool:
        """Whether the end is `patience` ago; `stated` is what the platform says of it."""
        if stated is not None and stated >= patience:
            return True
        now, name = self._clock.now(), ENDED + digest[:24]
        seen = self._vault.load(self._company).get(name)
        if seen is None:
            self._vault.keep(self._company, {name: Secret("", now, now + 2 * patience)})
            return False
        return now - seen.obtained_at >= patience
