"""One cycle of one flow of one connection: its lease, its counts and why it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tidegate.domain.errors import Code, Failure
from tidegate.domain.policy import Consequence, after_absence, after_failure
from tidegate.domain.verdict import Verdict
from tidegate.flows import next_period
from tidegate.flows.connection import Connection
from tidegate.ledger import alerts, closures, delivery, halts, lease
from tidegate.ledger.database import transaction
from tidegate.ledger.lease import Lease
from tidegate.ledger.queue import Item
from tidegate.magento.whose_fault import patiently
from tidegate.reading import pauses
from tidegate.sage.port.session import Purpose, Session

#: How long a `locked` answer without a time closes the company.
LEARNT_CLOSURE = timedelta(minutes=10)
#: So many sendings in a row without a clear answer end the cycle.
MOST_UNCLEAR = 2


#: Seconds that a cycle may write while others wait, and seconds between two checks whether others wait.
TIME_SLICE, ASKED_AGAIN = 20.0, 2.0
#: Waits that end by themselves and need no action.
PREREQUISITES = (
    Code.CUSTOMER_PENDING,
    Code.PARENT_PENDING,
    Code.NUMBER_PENDING,
    Code.ORDER_ON_HOLD,
    Code.PAYMENT_PENDING,
)


@dataclass
class Counts:
    """What a cycle did; `calls_*` are requests made, sign-in and look-ups included."""

    read: int = 0
    captured: int = 0
    sent: int = 0
    handed_over: int = 0
    confirmed: int = 0
    adopted: int = 0
    in_doubt: int = 0
    failed: int = 0
    held: int = 0
    review: int = 0
    released: int = 0
    cancelled: int = 0
    calls_store: int = 0
    calls_company: int = 0

    def as_dict(self) -> dict[str, int]:
        """The counts by name, for reports."""
        return dict(vars(self))

    @property
    def idle(self) -> bool:
        """Whether nothing came of the cycle: it asked, and read at most."""
        return not any(
            count
            for name, count in vars(self).items()
            if name not in ("read", "calls_store", "calls_company")
        )


@dataclass(frozen=True)
class Followers:
    """What one flow's success brings to others, done inside the transaction that commits it.

    Put together where flows are started, so that no flow knows what others make of its work.
    """

    order_confirmed: tuple[Callable[[Cycle, Sequence[Verdict], datetime], None], ...] = ()
    document_made: tuple[Callable[[Cycle, Item], None], ...] = ()


@dataclass(eq=False)
class Cycle:
    """Carried through every step of a flow; threads of the cycle share it."""

    connection: Connection
    flow: str
    lease: Lease
    batch_id: int
    started: datetime
    next_cycle: datetime
    beside: list[Lease] = field(default_factory=list)  #: of flows that must not run meanwhile
    writes_company: bool = True  #: whether its records go to the company, or to the store
    followers: Followers = Followers()
    counts: Counts = field(default_factory=Counts)
    ended_by: Failure | None = None
    store_failure: Failure | None = None
    all_read: bool = True  #: whether the store's lists are read whole, and not only what has changed
    closed_reason: str = ""
    unclear_in_a_row: int = 0
    others_wait: Callable[[], bool] | None = None  #: whether another cycle waits for this one to end
    unfinished: bool = False  #: it ends early because others wait, and goes on after them
    between_pages: Callable[[], None] | None = None  #: lets others pass while much is read
    keep_seats: Callable[[], None] | None = None  #: prolongs the company's seats beside the lease
    _slice_ends: float | None = None
    accounts: threading.Lock = field(default_factory=threading.Lock)  #: held while accounts are settled
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def name(self) -> str:
        """The connection's name, as the ledger writes it."""
        return self.connection.name

    def now(self) -> datetime:
        """The present instant by the connection's clock."""
        return self.connection.clock.now()

    def may_go_on(self) -> bool:
        """Whether nothing has ended the cycle yet."""
        return self.ended_by is None

    def may_call_company(self) -> bool:
        """Whether another call to the company may be made in this cycle. Asked before each one."""
        if self.ended_by is not None:
            return False
        closed = self.connection.closed()
        if closed is not None:
            self.closed_reason = closed.reason
            self.connection.stand_down()
            return False
        return True

    def should_stop(self) -> bool:
        """Whether the work has gone on for long and others wait. Asked between records, when all is committed.

        The time is counted from the first question, so that each one does something; by the monotonic
        clock, in seconds.
        """
        if self.others_wait is None or self.unfinished:
            return self.unfinished
        passed = self.connection.clock.monotonic()
        if self._slice_ends is None:
            self._slice_ends = passed + TIME_SLICE
        elif passed >= self._slice_ends:
            self.unfinished = self.others_wait()
            self._slice_ends = passed + ASKED_AGAIN
        return self.unfinished

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Long reading: before each page the lease is prolonged, and what must not wait for the end runs."""
        with pauses.between_pages(self._pause):
            yield

    def _pause(self) -> None:
        self.keep_lease()
        if self.between_pages is not None:
            self.between_pages()
            self.keep_lease()

    def count(self, name: str, amount: int = 1) -> None:
        """Add to one of the counts."""
        with self._lock:
            setattr(self.counts, name, getattr(self.counts, name) + amount)

    def keep_lease(self) -> None:
        """Prolong the lease before it runs out; raises LeaseLost when another worker has it."""
        if not self._lease_ends_soon():
            return
        with transaction("lease"), self._lock:  # in this order everywhere: who writes may count, too
            if self._lease_ends_soon():
                now = self.now()
                self.lease = lease.renew(self.lease, LEASE_SECONDS, now)
                self.beside = [lease.renew(each, LEASE_SECONDS, now) for each in self.beside]
        if self.keep_seats is not None:
            self.keep_seats()

    def _lease_ends_soon(self) -> bool:
        return self.lease.expires_at - self.now() < timedelta(seconds=LEASE_SECONDS / 2)

    def after_failure(
        self, item: Item, failure: Failure, attempt_id: int | None, *, of_company: bool | None = None
    ) -> Verdict:
        """The policy's verdict on one record's failure; its consequences are carried out here.

        `of_company` as for :meth:`follow`.
        """
        failure = patiently(failure, item.failures) if attempt_id is not None else failure
        ruling = after_failure(
            failure,
            failures_before=item.failures,
            threshold=self.connection.settings.alerts.failures,
            now=self.now(),
            delivery_id=item.id,
            attempt_id=attempt_id,
            next_period=attempt_id is not None
            and next_period.is_left(self.connection, item, failure, self.now()),
        )
        self.count({"d": "in_doubt", "h": "review", "i": "held"}.get(ruling.verdict.letter, "failed"))
        self.follow(failure, ruling.consequence, item.label, of_company=of_company)
        if ruling.verdict.letter in ("h", "i") and failure.code not in PREREQUISITES:
            self.ask_a_person(failure, failure.missing or item.label)
        return ruling.verdict

    def ask_a_person(self, failure: Failure, subject: str) -> None:
        """Raise an alert, once for each cause: a review or a missing mapping waits for a person."""
        with transaction("alert"):
            alerts.raise_alert(failure.code.value, self.name, subject, failure.text, self.now())

    def after_absence(self, item: Item, text: str = "") -> Verdict:
        """A look-up proved that the target does not have it: only now the failure counts.

        `text` says why it may be tried again where that was not a look-up.
        """
        ruling = after_absence(
            Code(item.reason_code) if item.reason_code else Code.NO_ANSWER,
            failures_before=item.failures,
            threshold=self.connection.settings.alerts.failures,
            delivery_id=item.id,
        )
        verdict = replace(ruling.verdict, text=text) if text else ruling.verdict
        self.follow(Failure(Code.NO_ANSWER, verdict.text), ruling.consequence, item.label)
        return verdict

    @contextmanager
    def session(self, purpose: Purpose) -> Iterator[Session | None]:
        """The company's door; None when it did not open: the cycle has ended, by the policy of that failure."""
        with self.connection.company.session(purpose) as opened:
            if isinstance(opened, Failure):
                self.call_failed(opened)
                yield None
            else:
                yield opened

    def call_failed(self, failure: Failure, *, of_company: bool = True) -> None:
        """A call that concerned no single record failed: the cycle ends, by the same policy."""
        ruling = after_failure(
            failure, failures_before=0, threshold=0, now=self.now(), delivery_id=0, attempt_id=None
        )
        self.follow(failure, ruling.consequence, "", of_company=of_company)
        self.end(failure)

    def end(self, failure: Failure) -> None:
        """No further call in this cycle."""
        with self._lock:
            self.ended_by = self.ended_by or failure

    def heard(self, unclear: Failure | None) -> None:
        """What was sent was answered; `unclear` when that says nothing. Counted over all batches and seats.

        Two in a row are not the records' fault: a company that answers nothing is not asked a hundred times.
        """
        with self._lock:
            self.unclear_in_a_row = self.unclear_in_a_row + 1 if unclear else 0
            if unclear and self.unclear_in_a_row >= MOST_UNCLEAR:
                self.end(unclear)

    def store_failed(self, failure: Failure) -> None:
        """The store could not be read: what is queued already goes to the company all the same."""
        ruling = after_failure(
            failure, failures_before=0, threshold=0, now=self.now(), delivery_id=0, attempt_id=None
        )
        self.store_failure = failure
        if ruling.consequence.halt:
            self.call_failed(failure, of_company=False)

    def follow(
        self, failure: Failure, consequence: Consequence, label: str, *, of_company: bool | None = None
    ) -> None:
        """Halt, learn a closure, raise an alert: what a failure means beyond its record.

        `of_company` says whether the company answered so; None: the system that the flow writes to.
        """
        now = self.now()
        said_by_company = self.writes_company if of_company is None else of_company
        with self._lock:
            if consequence.ends_cycle:
                self.ended_by = self.ended_by or failure
        closed_for = consequence.closed_for or (LEARNT_CLOSURE if failure.code is Code.LOCKED else None)
        with transaction("consequence"):
            if consequence.halt:
                halts.halt(self.name, failure.text, failure.code.value, now, by="engine")
            if closed_for is not None and said_by_company:
                closures.learn(self.connection.settings.company, now + closed_for, failure.text, now)
            if consequence.alert is not None:
                alerts.raise_alert(consequence.alert.value, self.name, label, failure.text, now)

    def apply(self, verdicts: Sequence[Verdict]) -> list[int]:
        """Commit decisions about deliveries; returns those that had moved on meanwhile."""
        if not verdicts:
            return []
        with transaction("settle"):
            return delivery.apply(verdicts, self.now(), lease=self.lease)


#: How long a worker may be silent before it loses its lease.
LEASE_SECONDS = 600
