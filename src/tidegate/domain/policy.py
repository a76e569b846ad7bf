"""What happens after a failure: the error policy table as one pure function.

Table: design, *The life of a delivery*; the codes and their groups are in `docs/errors.md`. The
room chooses the code; here only the group counts, and whether the request may have had an effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a failure means beyond its own delivery."""

    ends_cycle: bool = False  #: no further call to that company in this cycle
    halt: bool = False  #: the connection sends nothing until a person or a working credential lifts it
    alert: Code | None = None  #: raise an alert under this code now
    closed_for: timedelta | None = None  #: the company said how long it does not want to be asked


@dataclass(frozen=True, slots=True)
class Ruling:
    """The delivery's verdict, and what else follows."""

    verdict: Verdict
    consequence: Consequence


def after_failure(
    failure: Failure,
    *,
    failures_before: int,
    threshold: int,
    now: datetime,
    delivery_id: int,
    attempt_id: int | None,
    next_period: bool = False,
) -> Ruling:
    """Decide about one delivery after one failed try.

    `failures_before` counts the counted failures so far; the alert comes with the `threshold`-th and is
    counted with each further one, and the delivery is tried again all the same. `attempt_id` None means that the
    failure came before any attempt was recorded (translation, look-up): nothing can have had an
    effect, and letter g then leaves the delivery where it is, queued. `next_period`: a document whose period
    is closed has another date to try; it goes with the next cycle, and nothing is counted.
    """
    group = failure.group
    pause = timedelta(seconds=failure.retry_after) if failure.retry_after is not None else None
    letter, counted, consequence = "g", False, Consequence(ends_cycle=failure.ends_cycle)
    waits_for = ""
    due_at = now + pause if pause is not None else None
    if group is Group.VERIFY_FIRST and failure.sent and attempt_id is not None:
        letter = "d"
    elif group in (Group.WAIT_FOR_WINDOW, Group.WAIT_FOR_SEAT):
        consequence = Consequence(ends_cycle=True, closed_for=pause)
    elif group is Group.HALT_AND_ALERT:
        consequence = Consequence(ends_cycle=True, halt=True, alert=failure.code)
    elif group is Group.CLOSED_PERIOD and next_period and attempt_id is not None:
        letter = "g"
    elif group in (Group.REVIEW, Group.CLOSED_PERIOD):
        letter = "h"
    elif group is Group.HOLD_FOR_FIX:
        letter, waits_for = "i", failure.missing or f"{failure.code}:"
    elif group is Group.RETRY_NEXT_CYCLE:
        counted = True
        consequence = Consequence(alert=_from_threshold(failure.code, failures_before, threshold))
    verdict = Verdict(
        delivery_id,
        letter,
        attempt_id=attempt_id,
        counted=counted,
        code=failure.code,
        text=failure.text,
        waits_for=waits_for,
        due_at=due_at if letter in ("d", "g") else None,
    )
    return Ruling(verdict, consequence)


def after_absence(
    failure_code: Code,
    *,
    failures_before: int,
    threshold: int,
    delivery_id: int,
    attempt_id: int | None = None,
) -> Ruling:
    """A look-up proved that the target does not have what was in doubt: queued again (letter f).

    Only now the failure that left it in doubt counts; `failure_code` is that one's code.
    """
    verdict = Verdict(
        delivery_id,
        "f",
        attempt_id=attempt_id,
        counted=True,
        code=failure_code,
        text="a look-up showed that the target does not have it; it is sent again",
    )
    return Ruling(verdict, Consequence(alert=_at_threshold(failure_code, failures_before, threshold)))


def _from_threshold(code: Code, failures_before: int, threshold: int) -> Code | None:
    # Each time from then on: an open alert is counted and takes the newest text, and no further notification is sent.
    return code if 0 < threshold <= failures_before + 1 else None


def _at_threshold(code: Code, failures_before: int, threshold: int) -> Code | None:
    # Once: the record is sent again in this very cycle, and may have arrived at its end.
    return code if failures_before + 1 == threshold else None
