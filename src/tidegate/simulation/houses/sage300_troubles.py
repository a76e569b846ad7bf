"""What goes wrong in weeks with Sage 300 alone: LanPaks taken by others, a day end that the clerk runs at the end of the
day, and one that fails halfway; a receipt batch that waits for the clerk; a backup that an open session would block.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from tidegate.simulation.event import Event, moment

LANPAKS = 5  #: that the company has bought
AT_WORK = 2  #: of them, people on a usual day
BACKUP_UTC = 5  #: one o'clock where the company is, in summer time
CLERK_UTC = 22  #: the end of its working day


def script(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's, from a random stream of its own."""
    rng = random.Random(f"lanpaks-{seed}")
    yield Event(start, "clerk", {"runs_day_end": rng.random() < 0.7, "posts": rng.random() < 0.5})
    for _ in range(rng.randrange(3)):
        at = moment(rng, start, days)
        yield Event(at, "lanpaks-taken", {"on": True})
        yield Event(at + timedelta(hours=rng.choice((1, 3, 8))), "lanpaks-taken", {"on": False})
    halfway = rng.randrange(days * 2)  #: the evening, if any, on which day end fails halfway
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(days):
        # a quarter of an hour into the announced window: whoever is still there blocks it
        yield Event(midnight + timedelta(days=day, hours=BACKUP_UTC, minutes=15), "sage-backup", {})
        evening = midnight + timedelta(days=day, hours=CLERK_UTC)
        yield Event(evening, "clerk-ends-the-day", {"halfway": day == halfway})


class Office:
    """The people of Sage 300 who have nothing to do with orders."""

    def __init__(self, face: Any) -> None:
        self._face = face
        self.backups: list[str] = []
        face.office = self
        face.options.lanpaks, face.options.others = LANPAKS, AT_WORK

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        deeds: dict[str, Callable[..., Any]] = {
            "clerk": self.works_late,
            "clerk-ends-the-day": self.end_the_day,
            "lanpaks-taken": self.lanpaks_taken,
            "sage-backup": self.backup,
        }
        if what not in deeds:
            return False
        from tidegate_sandbox.erp.refusal import Refusal

        with suppress(Refusal):
            deeds[what](**options)
        return True

    def peace(self) -> None:
        """Everybody has gone home, and the clerk ends the day: now, or when the backup is over."""
        self.lanpaks_taken(on=False)
        self.works_late(runs_day_end=False, posts=False)
        if self.tidy_up not in self._face.watchers:
            self._face.watchers.append(self.tidy_up)
        self.tidy_up()

    def tidy_up(self) -> None:
        """Day end, and the posting of what is ready, once the company is open."""
        face = self._face
        if face.company.window.closed() is not None:
            return
        face.watchers.remove(self.tidy_up)
        face.database.run_day_end()
        with face.company.staff():
            face.site.batches[face.credentials.company].post_ready()

    def works_late(self, *, runs_day_end: bool, posts: bool) -> None:
        """Whether day end is run, and ready batches are posted, by the clerk in the evening alone."""
        self._face.options.day_end = "by_people" if runs_day_end else "at_once"
        self._face.options.posts_receipts = not posts

    def end_the_day(self, *, halfway: bool) -> None:
        """Day end and posting; halfway: it stops after the stock was costed, and the documents pile up."""
        if halfway:
            self._face.database.costed = len(self._face.company.stock.movements)
            return
        self._face.perform("day-end", {})
        self._face.perform("post-receipts", {})

    def lanpaks_taken(self, *, on: bool) -> None:
        """Users sign in until no LanPak is left, and out again."""
        self._face.options.others = LANPAKS if on else AT_WORK

    def backup(self) -> None:
        """The nightly backup, which needs everybody out: done, or blocked by an open session of ours."""
        ours = self._face.api.seats.held()
        self.backups.append(f"blocked: {', '.join(ours)}" if ours else "done")

    def complaints(self) -> list[str]:
        """What no integration may do."""
        peak = self._face.api.seats.peak
        blocked = [f"the nightly backup was {text}" for text in self.backups if text != "done"]
        # No connection of these weeks says that the hub runs it.
        day_ends = [
            f"day end was run by {way}"
            for each in self._face.site.databases.values()
            for way in each.asked_for_day_end
        ]
        return [*blocked, *([f"{peak} LanPaks were taken at once"] if peak > 1 else []), *day_ends]
