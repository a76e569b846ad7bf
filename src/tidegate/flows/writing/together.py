"""How many calls' attempts are committed at once: a commit on disk is the dearest part of a record.

A process that dies between such a commit and the last of its calls leaves all of them in doubt, and each is looked up. So
it is few calls, and one alone where a call takes its time: what waits for its call must not wait for long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.clock import Clock
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.writing.attempts import Target, is_too_late, too_late
from tidegate.ledger.queue import Item

#: Calls whose attempts share one commit, at most (own choice).
MOST = 8
#: Seconds (own choice) that the calls of one commit may take: a look at an order serves for five (`magento/read_ahead`).
BRIEFLY = 2.0
#: Of an attempt that was recorded together with others.
UNSENT = (
    "not sent: a call before it, whose attempt was recorded with this one, ended the cycle or took too long"
)


@dataclass(slots=True)
class Together:
    """Begins with one, and doubles while calls are quick."""

    clock: Clock
    most: int = MOST
    size: int = 1
    _began: float = 0.0

    def begin(self) -> None:
        """The first of these is looked at, or about to leave."""
        self._began = self.clock.monotonic()

    @property
    def passed(self) -> float:
        """Seconds since then."""
        return self.clock.monotonic() - self._began

    def end(self) -> None:
        """All were answered: twice as many go next, or half as many."""
        self.size = min(2 * self.size, self.most) if 2 * self.passed <= BRIEFLY else max(self.size // 2, 1)


def unsent(item: Item, attempt_id: int) -> Verdict:
    """Recorded, but not sent: it goes with the next cycle, uncounted."""
    return Verdict(item.id, "g", attempt_id=attempt_id, text=UNSENT)


def kept_back(
    cycle: Cycle, item: Item, attempt_id: int, recorded_at: datetime, *, is_old: bool
) -> Verdict | None:
    """What becomes of a recorded call to the store that must not be made now, or whose look `is_old`; None: it may be made."""
    if is_too_late(cycle, recorded_at, Target.STORE):
        return too_late(item, attempt_id)
    return unsent(item, attempt_id) if is_old or not cycle.may_go_on() else None
