"""What is due, put into the queue by the one process that is elected to plan.

The queue holds nothing that must be kept: the ledger knows what is due, and what the queue loses is put there again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tidegate.engine.hub import Hub
from tidegate.engine.pool import BELL_WAIT, LONGEST_WAIT
from tidegate.engine.schedule import Due, planned
from tidegate.flows.connection import Connection
from tidegate.ledger import marks

#: Puts a cycle of a connection's flow into the queue; one that waits there already is left alone.
Put = Callable[[Connection, str], None]

#: A cycle that was refused (halted, another one at work) is requested again after this time, as by the embedded runner.
AGAIN = timedelta(seconds=LONGEST_WAIT)
SOON = timedelta(seconds=BELL_WAIT)


@dataclass(eq=False)
class Planner:
    """Looks at each connection when its next cycle is due, and now and then in between."""

    hub: Hub
    put: Put
    _look_at: dict[str, datetime] = field(default_factory=dict)
    _put_at: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def look(self) -> int:
        """Put what is due; how many cycles."""
        now, count = self.hub.clock.now(), 0
        for name, connection in self.hub.connections.items():
            if (
                not now < self._look_at.get(name, now) <= now + AGAIN
            ):  # a clock that was put back waits for nothing
                count += self._plan(connection, now)
        return count

    def forget(self, connection: str, flow: str) -> None:
        """What was put is not in the queue any more, and has not run."""
        self._put_at.pop((connection, flow), None)
        self._look_at.pop(connection, None)

    def _plan(self, connection: Connection, now: datetime) -> int:
        count, following = 0, now + (SOON if connection.company.doorbell is not None else AGAIN)
        for due in planned(self.hub, connection, now):
            if due.at > now:
                following = min(following, due.at)
                continue
            following = min(following, now + SOON)
            place = (connection.name, due.flow)
            before = self._put_at.get(place)
            if before is not None and before <= now and not self._again(due, before, now):
                continue
            self._put_at[place] = now
            self.put(connection, due.flow)
            count += 1
        self._look_at[connection.name] = following
        return count

    def _again(self, due: Due, before: datetime, now: datetime) -> bool:
        """Whether what was put is put once more: it has begun since then, or a minute has passed.

        Else it still waits in the queue, or was refused. Another machine's clock may be a little behind.
        """
        if now >= before + AGAIN:
            return True
        began = marks.last_runs(due.connection.name, [due.flow]).get(due.flow)
        return now >= before + SOON and began is not None and began > before - SOON
