"""One company database: the kernel's company, and what the product keeps beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.calendar import Period
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.journal import Journal
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.receivable import Transaction
from tidegate_sandbox.sage300.options import Options
from tidegate_sandbox.sage300.problem import Problem

AUTHORITY = "WEBTAX"  #: the one tax authority of a company, and the name of its tax group
BASE = "BASE"  #: the standard price list
NONE = Decimal(0)


@dataclass(slots=True)
class Entry:
    """One receipt of a batch; `posted` is the kernel's transaction once it is posted."""

    number: int
    values: dict[str, Any]
    document: str
    posted: int | None = None


@dataclass(slots=True)
class Batch:
    """A batch of receipts (§9.4)."""

    number: int
    values: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)
    status: str = "Open"
    made_at: datetime | None = None


@dataclass(slots=True)
class ErrorBatch:
    """G/L entries that day end could not post (§15); `documents` are ids of the kernel's transactions."""

    number: int
    reason: str
    documents: list[int] = field(default_factory=list)
    is_open: bool = True


class Database:
    """A company of the server. Whoever works in it holds the company's lock."""

    def __init__(
        self, clock: SandboxClock, id: str, company: Company, options: Options, authority: str = AUTHORITY
    ) -> None:
        self.clock = clock
        self.id = id
        self.authority = authority
        self.company = company
        self.options = options
        self.batches: dict[int, Batch] = {}
        self.day_ends = 0
        self.asked_for_day_end: list[str] = []  #: the ways by which others than its own people had it run
        self.costed = len(company.stock.movements)  #: so many movements of stock are costed
        self._day_end_due = self._after(clock.now())
        self.day_end_running = False
        self.error_batches: list[ErrorBatch] = []
        self.contracts: list[dict[str, Any]] = []  #: rows of ICCUPR

    # Days

    @property
    def zone(self) -> ZoneInfo:
        """Where the server stands."""
        return ZoneInfo(self.options.server_zone)

    def day_of(self, text: str, name: str) -> date:
        """A date of a body: a date-time is taken to the server's zone first. Problem InvalidPayload."""
        try:
            if len(text) == 10:
                return date.fromisoformat(text)
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Problem("InvalidPayload", f"The value of '{name}' is no date.") from None
        return moment.astimezone(self.zone).date() if moment.tzinfo is not None else moment.date()

    def local_day(self, moment: datetime) -> date:
        """The date of an instant where the company is."""
        return moment.astimezone(self.company.zone).date()

    # Day end (§15)

    def _after(self, now: datetime) -> datetime:
        local = now.astimezone(self.company.zone)
        due = local.replace(hour=self.options.day_end_hour, minute=0, second=0, microsecond=0)
        return due if due > local else due + timedelta(days=1)

    def catch_up(self) -> None:
        """Run a day end that is due; called whenever somebody begins to work."""
        now = self.clock.now()
        if self.options.day_end == "at_once":
            self.run_day_end()
        elif (
            self.options.day_end == "nightly"
            and now >= self._day_end_due
            and self.company.window.closed() is None
        ):
            self._day_end_due = self._after(now)
            self.run_day_end()

    def next_due(self) -> datetime | None:
        """When a day end is to be run next by itself."""
        nightly = self.options.day_end == "nightly"
        return self.company.window.open_from(self._day_end_due) if nightly else None

    def run_day_end(self, asked_by: str = "") -> int:
        """Cost stock, and move invoices and credit notes into A/R; how many documents there were.

        `asked_by`: the way in of whoever is not the company's own people.
        """
        if asked_by:
            self.asked_for_day_end.append(asked_by)
        waiting = [one for one in self.company.invoices.table if "dayend" not in one.extra]
        waiting_shipments = [one for one in self.company.despatches.table if "dayend" not in one.extra]
        self.costed = len(self.company.stock.movements)
        if waiting or waiting_shipments:
            self.day_ends += 1
        for one in (*waiting, *waiting_shipments):
            one.extra["dayend"] = self.day_ends
        for one in waiting:
            posted = self.company.receivables.table.get(one.posted_id)
            if posted is not None:
                posted.updated_at = self.company.clock.now()
        self._refuse_locked([one.posted_id for one in waiting])
        return len(waiting)

    def _refuse_locked(self, ids: list[int | None]) -> None:
        """The G/L entries of documents whose period is locked go into an error batch."""
        table, calendar = self.company.receivables.table, self.company.calendar
        documents = [one for id in ids if id is not None and (one := table.get(id)) is not None]
        locked = [one.id for one in documents if not is_open(calendar.period_of(one.date))]
        if locked:
            self.error_batches.append(
                ErrorBatch(900 + len(self.error_batches), "The period is locked.", locked)
            )

    def post_error_batches(self) -> int:
        """What people do when the periods of a batch are open again; how many batches they have posted."""
        table, calendar = self.company.receivables.table, self.company.calendar
        ready = [
            batch
            for batch in self.error_batches
            if batch.is_open and all(is_open(calendar.period_of(table[id].date)) for id in batch.documents)
        ]
        for batch in ready:
            batch.is_open = False
        return len(ready)

    def is_refused(self, journal: Journal) -> bool:
        """Whether an error batch holds this journal, so that no account has it."""
        return any(
            batch.is_open and journal.transaction_id in batch.documents for batch in self.error_batches
        )

    def uncosted(self) -> dict[tuple[int, int], dict[str, Decimal]]:
        """Quantities shipped, received and adjusted since the last day end, by item and place (§10)."""
        found: dict[tuple[int, int], dict[str, Decimal]] = {}
        if self.options.costing == "at_posting":
            return found
        for one in self.company.stock.movements[self.costed :]:
            kind = "adjusted"
            if one.reason.startswith(("despatch", "invoice", "counter")):
                kind = "shipped"
            elif one.reason.startswith("credit"):
                kind = "received"
            place = found.setdefault((one.item_id, one.warehouse_id), {})
            place[kind] = place.get(kind, NONE) + one.quantity
        return found

    # Orders

    def orders(self) -> Iterator[Order]:
        """Orders that are there: a cancelled one was deleted, and is gone, or has nothing to be shipped (§7)."""
        return (one for one in self.company.orders.table if self.is_there(one))

    def is_there(self, order: Order) -> bool:
        """Whether an order can be read."""
        return order.status != "cancelled" or self.options.cancelled == "completed"

    @staticmethod
    def is_complete(order: Order) -> bool:
        """Whether nothing is to be shipped any more; an order without goods: nothing to be invoiced."""
        goods = [line for line in order.lines if line.is_stocked]
        if order.status == "cancelled":
            return True
        if goods:
            return all(line.outstanding <= 0 for line in goods)
        return order.status == "complete"

    # Receivables

    def documents(self) -> Iterator[Transaction]:
        """Posted documents: those of invoices only after their day end (§9)."""
        for one in self.company.receivables.table:
            if one.kind in ("invoice", "credit_note"):
                invoice = self.company.invoices.table.first("posted_id", one.id)
                if invoice is not None and "dayend" not in invoice.extra:
                    continue
            yield one

    @contextmanager
    def working(self, *, writes: bool) -> Iterator[None]:
        """Let an integration work, alone. Refusal `locked` while the company is locked."""
        with self.company.lock:
            self.catch_up()
            with self.company.admit(writes=writes):
                yield
                if writes:
                    self.catch_up()


def is_open(period: Period | None) -> bool:
    """Whether entries of a period can be posted."""
    return period is not None and period.is_open
