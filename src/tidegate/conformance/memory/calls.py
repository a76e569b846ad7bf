"""The calls to the company: counted, locked, forbidden, and lost on their way when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel
from tidegate.sage.port.outcomes import Outcome

T = TypeVar("T")

EVERY = ""  #: kind of call
LOCKED = Failure(Code.LOCKED, "the company is locked for a backup", sent=False)


@dataclass
class Trouble:
    """A fault of calls of one kind: they are carried out at once, late or never, and answered with `heard`."""

    on: str
    heard: Failure | None  #: None: the usual answer
    carried_out: bool = False
    after: timedelta | None = None  #: how much later they are carried out
    times: int | None = 1  #: None: until it is over
    skip: int = 0  #: how many calls pass before the first one is affected
    containing: str = ""  #: only calls that carry this
    takes: timedelta = timedelta(0)  #: how long the call takes
    slow: bool = False  #: a read is asked for once more when this is what it met


@dataclass
class Calls:
    """The calls of all desks to the company, with their faults and limits."""

    clock: Clock
    log: list[str] = field(default_factory=list)  #: the kind of each call so far
    locked: bool = False
    forbidden: set[str] = field(default_factory=set)
    troubles: list[Trouble] = field(default_factory=list)
    a_minute: int | None = None  #: calls that are allowed
    times: list[datetime] = field(default_factory=list)  #: when each call so far was made
    late: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)

    @property
    def made(self) -> int:
        """Calls so far."""
        return len(self.log)

    def read(self, kind: str, work: Callable[[], T]) -> T | Failure:
        """Ask something; a question that took too long is asked once more. Nothing it meets has an effect."""
        trouble = self._begin(kind)
        if isinstance(trouble, Trouble) and trouble.slow:
            trouble = self._begin(kind)
        heard = trouble.heard if isinstance(trouble, Trouble) else trouble
        return work() if heard is None else heard

    def write(self, kind: str, work: Callable[[], T], content: str = "") -> T | Failure:
        """Change something; the answer does not always show whether it was done."""
        trouble = self._begin(kind, content)
        if trouble is None:
            return work()
        if isinstance(trouble, Failure):
            return trouble
        if trouble.heard is None:
            return work()
        if trouble.after is not None:
            self.late.append((self.clock.now() + trouble.after, work))
        elif trouble.carried_out:
            work()
        return trouble.heard

    def collect(
        self, parcels: Sequence[Parcel], answer_of: Callable[[Parcel], Mapping[str, Outcome]]
    ) -> dict[str, Outcome] | Failure:
        """Ask what became of each parcel; the first question that fails ends it."""
        found: dict[str, Outcome] = {}
        for parcel in parcels:
            answer = self.read("collect", partial(answer_of, parcel))
            if isinstance(answer, Failure):
                return answer
            found |= answer
        return found

    def settle(self) -> None:
        """What was late takes effect once its time has come."""
        now = self.clock.now()
        due = [work for at, work in self.late if at <= now]
        self.late = [(at, work) for at, work in self.late if at > now]
        for work in due:
            work()

    def _begin(self, kind: str, content: str = "") -> Trouble | Failure | None:
        self.log.append(kind)
        now = self.clock.now()
        self.times.append(now)
        if self.a_minute is not None:
            lately = sum(1 for each in self.times if each > now - timedelta(minutes=1))
            if lately > self.a_minute:
                return Failure(Code.THROTTLED, "too many calls in a minute", 60, sent=False)
        if self.locked:
            return LOCKED
        if kind in self.forbidden:
            return Failure(Code.NOT_PERMITTED, f"the user may not {kind}", sent=False)
        for trouble in self.troubles:
            if trouble.on in (kind, EVERY) and trouble.containing in content:
                if trouble.skip:
                    trouble.skip -= 1
                    continue
                if trouble.times is not None:
                    trouble.times -= 1
                    if not trouble.times:
                        self.troubles.remove(trouble)
                self.clock.wait(trouble.takes.total_seconds())
                return trouble
        return None
