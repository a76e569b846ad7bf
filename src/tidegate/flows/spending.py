"""A company's budget: what all processes have used of it, and when the work stops before it is spent.

What this process uses is counted by the room (`Company.usage`) and committed to the ledger by the minute; what
others use is read from there now and then. Where a span's budget is nearly spent, the company counts as closed until
some of it is free again: the cycle ends without a failure, and the next one goes on.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tidegate.clock import Clock
from tidegate.domain.calendar import Closed
from tidegate.ledger import usage
from tidegate.ledger.database import transaction
from tidegate.sage.port.usage import Allowance, Usage

if TYPE_CHECKING:
    from tidegate.sage.port.company import Company

#: So much of a budget is never begun: a twentieth, at least the calls of one piece of work, at most half.
MARGIN, WORK = 20, 5
#: Seconds after which the count of all processes is read again, while this one goes on by its own.
SETTLED = 5.0


@dataclass(eq=False)
class Spending:
    """One company's, shared by its connections and their threads."""

    name: str
    clock: Clock
    _seen: Usage = field(default_factory=Usage)  #: of the room's count, what is in the ledger
    _spent: dict[Allowance, int] = field(default_factory=dict)  #: in each span, by all, at the last look
    _looked: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def settle(self, company: Company, now: datetime) -> None:
        """Commit what this process has used since the last time."""
        with self._lock:
            counted, seen = company.usage(), self._seen
            new = counted - seen
            if new == Usage() or min(new.calls, new.units, new.bytes, new.seat_seconds) < 0:
                self._seen = counted  # nothing new; or another room, opened in the place of the former
                return
            self._seen = counted
        try:
            with transaction("usage"):
                usage.add(self.name, new, now)
        except BaseException:
            with self._lock:
                self._seen = seen  # counted with the next one
            raise

    def closed(self, company: Company) -> Closed | None:
        """Until when nothing may be called, because a budget is nearly spent; None while there is enough."""
        budget = company.budget()
        if not budget:
            return None
        now = self.clock.now()
        passed = self.clock.monotonic()
        counted = [each for each in budget if each.left is None]
        if self._looked is None or passed - self._looked >= SETTLED or set(counted) - set(self._spent):
            self.settle(company, now)
            self._spent = {each: _used(self.name, each, now) for each in counted}
            self._looked = passed
        for each in budget:
            if not each.charged and self.left(each, company, now) <= margin(each):
                return Closed(self._free_again(each, now), f"the budget is nearly used up: {each.words}")
        return None

    def left(self, allowance: Allowance, company: Company, now: datetime) -> int:
        """What is left of it for us, as far as is known."""
        if allowance.left is not None and (allowance.resets is None or allowance.resets > now):
            return allowance.left - allowance.reserved
        unsettled = company.usage().of(allowance.measure) - self._seen.of(allowance.measure)
        spent = self._spent.get(allowance)
        if spent is None:
            spent = _used(self.name, allowance, now)
        return allowance.ours - spent - unsettled

    def _free_again(self, allowance: Allowance, now: datetime) -> datetime:
        if allowance.left is not None and allowance.resets is not None and allowance.resets > now:
            return allowance.resets
        first = usage.oldest(self.name, now - allowance.per)
        return max((first or now) + allowance.per, now) + timedelta(minutes=1)


def _used(company: str, allowance: Allowance, now: datetime) -> int:
    return usage.since(company, now - allowance.per).of(allowance.measure)


def margin(allowance: Allowance) -> int:
    """What is left when the work stops: the call that is asked about may be several."""
    return min(max(WORK, allowance.ours // MARGIN), allowance.ours // 2)


def beyond(allowance: Allowance) -> str:
    """What follows when the budget is spent, and what an operator can do."""
    if allowance.charged:
        return "flows do not wait: usage above the allowance is charged. Run flows less often, or buy more"
    return (
        "when it is nearly used up, flows wait until some of it is free again. Run them less often, or buy "
        "more"
    )
