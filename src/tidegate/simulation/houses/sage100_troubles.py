"""What goes wrong in weeks with Sage 100 alone: an agent that dies at any call, a COM server that dies or hangs before,
during and after it has written, seats taken by others, tables that cannot be read, and a backup that an open session
would block.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from tidegate.simulation.event import Event, moment
from tidegate.simulation.houses.sage100_agent import AgentHost

SEATS = 5  #: that the company has bought
#: What a call of Sage meets: the kind, and the method.
CALLS = (
    ("die_before", "nWrite"),
    ("die_during", "nWrite"),
    ("die_after", "nWrite"),
    ("hang", "nWrite"),
    ("hang_after", "nWrite"),
    ("busy", "nSetKey"),
    ("die_before", "nSetValue"),
    ("null", "nSetValue"),
    ("die_after", "nGetNextSalesOrderNo"),
)


def script(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's, from a random stream of its own."""
    rng = random.Random(f"agent-{seed}")
    for _ in range(rng.randrange(4)):
        kind, method = rng.choice(CALLS)
        options = {"kind": kind, "method": method, "skip": rng.randrange(3)}
        yield Event(moment(rng, start, days), "call-goes-wrong", options)
    for _ in range(rng.randrange(4)):
        calls = rng.choice((0, rng.randrange(1, 80)))
        yield Event(moment(rng, start, days), "agent-dies", {"calls": calls})
    for what, chance, hours in (("seats-taken", 0.5, (1, 4, 9)), ("tables-down", 0.3, (1, 2))):
        if rng.random() < chance:
            at = moment(rng, start, days)
            yield Event(at, what, {"on": True})
            yield Event(at + timedelta(hours=rng.choice(hours)), what, {"on": False})
    for day in range(days):
        # a quarter of an hour into the announced window: whoever is still there blocks it
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        yield Event(midnight + timedelta(days=day, hours=BACKUP_UTC, minutes=15), "sage-backup", {})
        yield Event(midnight + timedelta(days=day, hours=REGISTER_UTC), "transaction-register", {})


BACKUP_UTC = 5  #: one o'clock where the company is, in summer time
REGISTER_UTC = 22  #: the end of its working day


class Machine:
    """The Windows host of Sage 100, and who sits before it."""

    def __init__(self, face: Any, host: AgentHost) -> None:
        from tidegate_sandbox.sage100.staff import Staff

        self._installation = face.installation
        self._staff = Staff(face.installation, next(iter(face.installation.companies.values())))
        self._host = host
        self._taken: list[int] = []

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        deeds: dict[str, Callable[..., Any]] = {
            "call-goes-wrong": self.go_wrong,
            "agent-dies": self._host.dies,
            "seats-taken": self.seats_taken,
            "tables-down": self.tables_down,
            "sage-backup": self.backup,
            "transaction-register": self._staff.daily_transaction_register,
        }
        if what not in deeds:
            return False
        from tidegate_sandbox.erp.refusal import Refusal

        with suppress(Refusal):
            deeds[what](**options)
        return True

    def peace(self) -> None:
        """Everybody has gone home, the day's register is printed, and everything can be read."""
        self.carry_out("transaction-register", {})
        self.seats_taken(on=False)
        self.tables_down(on=False)
        self._installation.faults.clear()

    def go_wrong(self, kind: str, method: str, skip: int) -> None:
        """A coming call of Sage goes wrong."""
        self._installation.arrange(kind, method, skip=skip)

    def seats_taken(self, *, on: bool) -> None:
        """Users log on until no seat is left, and off again."""
        if on:
            free = SEATS - len(self._installation.licence.held)
            self._taken += self._staff.take_seats(max(free, 0))
        else:
            self._staff.leave(self._taken)
            self._taken = []

    def tables_down(self, *, on: bool) -> None:
        """The tables cannot be read for a while."""
        self._installation.tables_down = "08001" if on else ""

    def backup(self) -> None:
        """The nightly backup, which needs everybody out."""
        self._host.rests()
        self._staff.backup()
