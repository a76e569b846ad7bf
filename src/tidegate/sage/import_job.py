"""Orders handed over to an import job: a file a batch, and the company's own books for what became of each order.

The job takes a seat of Sage when it runs, and none of ours. Its report counts only for orders that the books do
not show; what neither shows, once the job is done, is looked up like any lost answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel, digest_of
from tidegate.redaction import redact
from tidegate.sage.asking_again import next_question
from tidegate.sage.import_folder import ImportFolder, Log
from tidegate.sage.port.orders import Found as Order
from tidegate.sage.port.orders import OrderKey, OrderSearch, Prepared
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome

Found = dict[str, Outcome]
#: What the books show of each key; None: it is not there.
Look = Callable[[Sequence[str]], Mapping[str, Outcome | None] | Failure]
NEVER_ARRIVED = Failure(Code.TRANSIENT, "the file never reached the import job: it is sent again", sent=False)


class ImportJob:
    """Writes orders into files, and follows them."""

    def __init__(
        self,
        files: ImportFolder,
        look: Look,
        content: Callable[[Sequence[Mapping[str, Any]]], bytes],
        clock: Clock,
        worked_by: Callable[[datetime], datetime | None] = lambda _left_at: None,
    ) -> None:
        """`content`: the file of these payloads; `worked_by`: when the job has worked on what was left at an instant."""
        self.files = files
        self._look = look
        self._content = content
        self._clock = clock
        self._worked_by = worked_by
        self._reserved: dict[str, str] = {}  #: digest -> the name of the file that is sent next

    def reserve(self, batch: Sequence[Prepared]) -> HandedOver:
        """The name of the file."""
        digest = _digest(batch)
        name = self._reserved[digest] = self.files.new_name(digest, self._clock.now())
        return self._lies(name)

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One file; every order in it has the same outcome. What waits in another file already is not offered twice.

        Another hub, or a ledger that was restored, may have left it there: the books do not show it yet.
        """
        now, digest = self._clock.now(), _digest(batch)
        self.files.tidy(now)
        name = self._reserved.pop(digest, "") or self.files.new_name(digest, now)
        lying = self.files.waiting([one.order.key for one in batch])
        if isinstance(lying, Failure):
            yield from ((one.order.key, lying) for one in batch)
            return
        new = [one for one in batch if one.order.key not in lying]
        failure = self.files.put(name, self._content([one.payload for one in new])) if new else None
        outcome = failure or self._lies(name)
        for one in batch:
            there = lying.get(one.order.key)
            yield one.order.key, outcome if there is None else _waits_in(there)

    def leave(self, digest: str, key: str, content: bytes) -> Outcome:
        """A file of one record that is no order; one that waits in another file already is not offered twice."""
        now = self._clock.now()
        self.files.tidy(now)
        lying = self.files.waiting([key])
        if isinstance(lying, Failure):
            return lying
        name = lying.get(key) or self.files.new_name(digest, now)
        failure = None if key in lying else self.files.put(name, content)
        return failure or self._lies(name)

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """The books first, for all of them in few calls; then the reports."""
        known = self._look([key for parcel in parcels for key in parcel.keys])
        if isinstance(known, Failure):
            return known
        found: Found = {}
        for parcel in parcels:
            outcomes = self._of(parcel, known)
            if isinstance(outcomes, Failure):
                return outcomes
            found |= outcomes
        return found

    def _of(self, parcel: Parcel, known: Mapping[str, Outcome | None]) -> Found | Failure:
        there: Found = {}
        for key in parcel.keys:
            seen = known[key]
            if isinstance(seen, Failure) and seen.code is Code.SERVER_TROUBLE:
                return seen
            if seen is not None:
                there[key] = seen
        missing = [key for key in parcel.keys if key not in there]
        name = parcel.tracking or self.files.named(parcel.digest)
        log = self.files.log(name, missing) if name else None
        if isinstance(log, Failure):
            return log
        if log is not None:
            return there | _logged(log, missing)
        if name and (self.files.has(name) or there):
            lies = self._lies(name, parcel)
            return there | dict.fromkeys(missing, lies)
        return there | dict.fromkeys(missing, NEVER_ARRIVED)

    def _lies(self, name: str, parcel: Parcel | None = None) -> HandedOver:
        now = self._clock.now()
        opened = parcel.opened_at if parcel is not None else now
        asked, worked = next_question(opened, now), self._worked_by(opened)
        return HandedOver(name, asked if worked is None else max(asked, worked))


def _waits_in(name: str) -> Failure:
    text = (
        f"the order lies in the file {name}, which the import job has not worked through: it waits for that"
    )
    return Failure(Code.RECORD_BUSY, text, sent=False)


def by_search(search: OrderSearch) -> Look:
    """The books are looked at by the session's own search; two orders with one key are a person's to look at."""

    def look(keys: Sequence[str]) -> Mapping[str, Outcome | None] | Failure:
        found = search.find([OrderKey(key, "") for key in keys])
        return found if isinstance(found, Failure) else {key: _seen(found[key]) for key in keys}

    return look


def _seen(listed: Sequence[Order]) -> Accepted | Failure | None:
    ours = [one for one in listed if one.ours]
    if len(ours) > 1:
        text = f"Sage has {len(ours)} orders with our key: {', '.join(one.number for one in ours)}"
        return Failure(Code.DUPLICATE_FOUND, text, sent=False)
    return Accepted(ours[0].id, ours[0].number, status=ours[0].status, gross=ours[0].gross) if ours else None


def _logged(log: Log, missing: Sequence[str]) -> Found:
    """What the job says of orders that the books do not show; of which it says nothing has no outcome."""
    if log.whole:
        return dict.fromkeys(missing, Failure(Code.PARCEL_REFUSED, redact(log.whole), sent=False))
    return {
        key: Failure(Code.REFUSED, f"the import job refused it: {redact(text)}"[:600], sent=False)
        for key, text in log.refused.items()
    }


def _digest(batch: Sequence[Prepared]) -> str:
    return digest_of((one.order.key, one.payload_hash) for one in batch)
