"""Orders handed over to Visual Integrator: a file a batch, and Sage's own tables for what became of each order.

Source: contract §11. The job takes a seat of Sage when it runs, and none of ours. What it says in its log is believed of
orders alone that the tables do not show; what neither shows, once the job is done, is looked up like any lost answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel, digest_of
from tidegate.reading.document import Unreadable
from tidegate.redaction import redact
from tidegate.sage.asking_again import next_question
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.import_files import ImportFiles, Log, content_of
from tidegate.sage.sage100.orders import Orders
from tidegate.sage.sage100.reference import Reference
from tidegate.sage.sage100.rows import Row, number_of, text_of
from tidegate.sage.sage100.settings import Sage100Settings

Found = dict[str, Outcome]
NEVER_ARRIVED = Failure(Code.TRANSIENT, "the file never reached the import job: it is sent again", sent=False)


class ImportJob:
    """Writes orders into files, and follows them."""

    def __init__(self, files: ImportFiles, client: Sage100Client, clock: Clock) -> None:
        """`client`: the agent, which reads."""
        self.files = files
        self._client = client
        self._clock = clock
        self._reserved: dict[str, str] = {}  #: digest -> the name of the file that is sent next

    def reserve(self, batch: Sequence[Prepared]) -> HandedOver:
        """The name of the file."""
        digest = _digest(batch)
        name = self._reserved[digest] = self.files.new_name(digest, self._clock.now())
        return self._lies(name)

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One file; every order in it has the same outcome."""
        now, digest = self._clock.now(), _digest(batch)
        self.files.tidy(now)
        name = self._reserved.pop(digest, "") or self.files.new_name(digest, now)
        failure = self.files.put(name, content_of([one.payload for one in batch]))
        outcome = failure or self._lies(name)
        yield from ((one.order.key, outcome) for one in batch)

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """The tables first, for all of them in few calls; then the logs."""
        known = self._client.by_key([key for parcel in parcels for key in parcel.keys])
        if isinstance(known, Failure):
            return known
        found: Found = {}
        for parcel in parcels:
            outcomes = self._of(parcel, known)
            if isinstance(outcomes, Failure):
                return outcomes
            found |= outcomes
        return found

    def _of(self, parcel: Parcel, known: Mapping[str, Row]) -> Found | Failure:
        there: Found = {}
        for key in parcel.keys:
            seen = _seen(known[key])
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
        return HandedOver(name, next_question(parcel.opened_at if parcel is not None else now, now))


class ImportOrders(Orders):
    """The order desk of an import job, which names files before they leave, too."""

    def __init__(self, job: ImportJob, reference: Reference, company: Sage100Settings) -> None:
        super().__init__(job, reference, company)
        self._job = job

    def reserve(self, batch: Sequence[Prepared]) -> HandedOver | Failure:
        """As :class:`tidegate.sage.port.parcels.OrderTracking`."""
        return self._job.reserve(batch)

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """As :class:`tidegate.sage.port.orders.OrderDesk`."""
        return self._job.collect(parcels)


def _seen(row: Row) -> Accepted | Failure | None:
    """What the tables show of an order; None: it is not there."""
    match text_of(row, "result"):
        case "absent":
            return None
        case "found":
            number = text_of(row, "sales_order_no")
            totals = row.get("totals")
            try:
                gross = number_of(totals, "total") if isinstance(totals, dict) else None
            except Unreadable:
                gross = None
            return Accepted(number, number, gross=gross)
        case "review":
            text = f"a person must look in Sage: {redact(text_of(row, 'reason'))}"
            return Failure(Code.DUPLICATE_FOUND, text, sent=False)
        case _:
            text = f"the agent cannot say what became of the order: {text_of(row, 'reason')}"
            return Failure(Code.SERVER_TROUBLE, text, sent=False)


def _logged(log: Log, missing: Sequence[str]) -> Found:
    """What the job says of orders that the tables do not show; of which it says nothing has no outcome."""
    if log.whole:
        return dict.fromkeys(missing, Failure(Code.PARCEL_REFUSED, redact(log.whole), sent=False))
    return {
        key: Failure(Code.REFUSED, f"the import job refused it: {redact(text)}"[:600], sent=False)
        for key, text in log.refused.items()
    }


def _digest(batch: Sequence[Prepared]) -> str:
    return digest_of((one.order.key, one.payload_hash) for one in batch)
