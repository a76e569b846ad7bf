"""One folder: the kernel's company, and what the product keeps beside it (contract §16, §17)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.despatch import Despatch
from tidegate_sandbox.erp.invoice import Invoice
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.receivable import Transaction
from tidegate_sandbox.x3.options import Options

COMPANY = "FR10"  #: the company of the sites that the kernel has
SITES = (
    ("FR011", "Paris", "FR10"),
    ("FR012", "Lyon", "FR10"),
    ("FR021", "Nantes", "FR20"),
    ("US011", "Boston", "US10"),
    ("US012", "Denver", "US10"),
)
"""All sites of a folder: the kernel sells from the first two."""
COMPANIES = (("FR10", "Societe de Demonstration"), ("FR20", "Filiale"), ("US10", "Demo Corp."))


class Folder:
    """A folder of the server. Whoever works in it holds the company's lock."""

    def __init__(self, clock: SandboxClock, endpoint: str, company: Company, options: Options) -> None:
        self.clock = clock
        self.endpoint = endpoint
        self.company = company
        self.options = options
        self.companies = list(COMPANIES)
        self.locks: dict[str, str] = {}  #: symbol of a document -> who has it open (the lock table, §16)
        self.batch: Callable[[], None] = lambda: None  #: the batch server does what is due
        self.batch_due: Callable[[], datetime | None] = lambda: None  #: and when the next of it is
        self._posting_due = self._after(clock.now())

    # Texts of times and days

    def day(self, value: date | None) -> str | None:
        """A date; "no date" is shown as the option says."""
        return value.isoformat() if value is not None else self.options.none_date

    @staticmethod
    def moment(value: datetime) -> str:
        """A time stamp, whole seconds, UTC."""
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    # Orders

    def orders(self) -> Iterator[Order]:
        """Those that the user sees."""
        hidden = self.options.hides
        return (one for one in self.company.orders.table if self.site_of(one) not in hidden)

    def site_of(self, order: Order) -> str:
        """The sales site."""
        return str(order.extra.get("SALFCY", "FR011"))

    @staticmethod
    def number_of(line: OrderLine) -> int:
        """SOPLIN."""
        return 1000 * line.number

    @staticmethod
    def goods(order: Order) -> list[OrderLine]:
        """The lines of an order that X3 calls lines: products. Invoicing elements are none."""
        return [line for line in order.lines if line.kind == "item"]

    def is_closed(self, order: Order) -> bool:
        """ORDSTA 2: nothing is to be delivered any more."""
        if order.status in ("cancelled", "complete"):
            return True
        stocked = [line for line in order.lines if line.is_stocked]
        return bool(stocked) and all(line.outstanding <= 0 for line in stocked)

    def delivered(self, order: Order) -> int:
        """DLVSTA."""
        stocked = [line for line in order.lines if line.is_stocked]
        if not stocked:
            return 3 if order.invoicing == "fully" else 1
        if not any(line.despatched > 0 for line in stocked):
            return 1
        return 3 if all(line.outstanding <= 0 for line in stocked) else 2

    def changed_at(self, order: Order) -> datetime:
        """UPDDATTIM of the header: where it does not follow its lines, only closing and entering move it (§11)."""
        if self.options.header_moves_with_lines or self.is_closed(order):
            return order.updated_at
        return order.created_at

    # Deliveries and invoices

    def is_validated(self, one: Despatch) -> bool:
        """CFMFLG 2."""
        return self.options.validation == "at_once" or "validated" in one.extra

    def is_posted(self, one: Invoice) -> bool:
        """STA 3."""
        return "posted" in one.extra

    def _after(self, now: datetime) -> datetime:
        local = now.astimezone(self.company.zone)
        due = local.replace(hour=self.options.posting_hour, minute=0, second=0, microsecond=0)
        return due if due > local else due + timedelta(days=1)

    def catch_up(self) -> None:
        """Do what is due, in batch and of posting; called whenever somebody begins to work."""
        self.batch()
        if self.options.posting == "at_once":
            self.post_invoices()
        elif (
            self.options.posting == "nightly"
            and self.clock.now() >= self._posting_due
            and self.company.window.closed() is None
        ):
            self._posting_due = self._after(self.clock.now())
            self.post_invoices()

    def next_due(self) -> datetime | None:
        """When something is to be caught up with next."""
        nightly = self.options.posting == "nightly"
        posting = self.company.window.open_from(self._posting_due) if nightly else None
        return min((due for due in (self.batch_due(), posting) if due is not None), default=None)

    def post_invoices(self) -> int:
        """Post all invoices that wait; how many there were."""
        waiting = [one for one in self.company.invoices.table if "posted" not in one.extra]
        for one in waiting:
            one.extra["posted"] = True
            if self.options.posting != "at_once":
                one.updated_at = self.company.stamp()
                entry = self.company.receivables.table.get(one.posted_id)
                if entry is not None:
                    entry.updated_at = one.updated_at
        return len(waiting)

    def invoice_of(self, posted: Transaction) -> Invoice | None:
        """The invoice that an entry was made of."""
        return self.company.invoices.table.first("posted_id", posted.id)

    def entries(self) -> Iterator[Transaction]:
        """Receivables that are posted."""
        for one in self.company.receivables.table:
            if one.kind in ("invoice", "credit_note"):
                invoice = self.invoice_of(one)
                if invoice is not None and not self.is_posted(invoice):
                    continue
            yield one

    @contextmanager
    def working(self, *, writes: bool) -> Iterator[None]:
        """Let an integration work, alone. Refusal `locked` in single-user mode."""
        with self.company.lock:
            self.catch_up()
            with self.company.admit(writes=writes):
                yield
                if writes:
                    self.catch_up()

    def account(self, id: int) -> str:
        """A customer's code."""
        return self.company.customers.table[id].code

    def currency(self, id: int) -> str:
        """A currency's code."""
        return self.company.currencies[id].code

    def site_field(self, record: Any, name: str) -> Any:
        """A field that the site has added."""
        return record.extra.get(name, "")
