"""An unforeseen error in one record parks that record; the others continue.

What one record means is worked out inside `fenced`: an exception becomes a failure of that record, with the
error's name, and a line in the log that has it in full. What concerns the whole cycle passes: the ledger that
cannot be used, the lease that is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import structlog

from tidegate.domain.errors import Code, Failure
from tidegate.domain.states import State
from tidegate.flows.cycle import Cycle
from tidegate.ledger import lookups
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import OF_THE_LEDGER
from tidegate.ledger.queue import Item
from tidegate.redaction import redact

T = TypeVar("T")
log = structlog.get_logger()

#: Characters of an error's own words: they may hold a whole record.
LONGEST = 200


def fenced(label: str, act: Callable[[], T]) -> T | Failure:
    """What `act` answers, or the failure of the record `label` when it raises an unforeseen error."""
    try:
        return act()
    except OF_THE_LEDGER:
        raise
    except Exception as error:
        log.exception("fault", record=label)
        return unforeseen(label, error)


def park(cycle: Cycle, items: Sequence[Item], failure: Failure) -> None:
    """Put queued items aside with the failure. What was sent is looked up by the next cycle, as after a crash."""
    for item in lookups.items([item.id for item in items]):
        if item.state is State.QUEUED:
            cycle.apply([cycle.after_failure(item, failure, None)])
        elif item.state in (State.SENDING, State.IN_DOUBT):
            cycle.ask_a_person(failure, item.label)


class Taking:
    """Rows taken in one by one, inside the transaction of them all: one that fails undoes its own changes only.

    The cursor then stays where it is, so that the row is read again by every cycle; the alert names it, and
    ends once nothing of that name waits any more.
    """

    def __init__(self, cycle: Cycle) -> None:
        self.failures: list[Failure] = []
        self._cycle = cycle

    def one(self, label: str, act: Callable[[], object]) -> None:
        """Take in one row."""
        failure = fenced(label, partial(alone, act))
        if isinstance(failure, Failure):
            self.failures.append(failure)
            self._cycle.ask_a_person(failure, f"{self._cycle.flow}: {label}")


def alone(act: Callable[[], object]) -> None:
    """One row's changes, undone together when it fails. Inside the transaction of them all."""
    with transaction("row"):
        act()


def unforeseen(label: str, error: Exception) -> Failure:
    """The failure of a record in which Tidegate itself raised an error."""
    said = redact(f"{type(error).__name__}: {error}")[:LONGEST]
    text = (
        f"an error in Tidegate itself stopped work on {label} ({said}). The log has the details: please "
        "report it. All other records go on"
    )
    return Failure(Code.UNFORESEEN, text, sent=False)
