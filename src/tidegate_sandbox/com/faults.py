"""What may go wrong with a call of the fake: slow, hanging, dying before, during or after its effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CallFault = Literal["die_before", "die_during", "die_after", "hang", "hang_after", "busy", "null"]
"""``die_during``: the effect may or may not have happened; here it has not. ``null``: empty answer, no effect."""


@dataclass
class Arranged:
    """A fault waiting for its call. ``method`` and ``object`` in lower case; empty: any."""

    kind: CallFault
    method: str = ""
    object: str = ""
    skip: int = 0  #: so many matching calls pass first
    times: int = 1

    def applies_to(self, object_name: str, method: str) -> bool:
        """Whether it is for this call; it then has one time less."""
        if self.times <= 0 or (self.method and self.method != method.lower()):
            return False
        if self.object and self.object != object_name.lower():
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True
