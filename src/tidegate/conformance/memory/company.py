"""The room in memory: a company with its door and the desks that its switches leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from tidegate.clock import Clock
from tidegate.conformance.memory.books import Books
from tidegate.conformance.memory.calls import LOCKED, Calls
from tidegate.conformance.memory.customers import Customers
from tidegate.conformance.memory.documents import Despatches, Invoices
from tidegate.conformance.memory.door import MemoryBell, MemoryConsent, Office
from tidegate.conformance.memory.files import Platform
from tidegate.conformance.memory.handed_over import FiledOrders
from tidegate.conformance.memory.inside import Inside
from tidegate.conformance.memory.invoicing import Invoicing
from tidegate.conformance.memory.money import Ledgers, Postings, Receipts
from tidegate.conformance.memory.orders import Cancelling, Orders, Search
from tidegate.conformance.memory.reading import Products, Progress, Stock, WebLines
from tidegate.conformance.memory.requests import Requests
from tidegate.conformance.memory.selling import Enquiries, Prices
from tidegate.conformance.memory.switches import Switches
from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.company import About
from tidegate.sage.port.doorbell import Doorbell
from tidegate.sage.port.entrance import Entrance
from tidegate.sage.port.findings import CodeList, Finding
from tidegate.sage.port.session import Purpose, Session
from tidegate.sage.port.usage import UNLIMITED, Allowance, Budget, Measure, Usage
from tidegate.sage.seats import Registry, SeatPool
from tidegate.sage.vault import MemoryVault, Vault
from tidegate.transport import Tally

#: Tie between two records -> the desk that is needed to read it.
TIES = {
    "order-despatch": "despatches",
    "order-invoice": "invoices",
    "invoice-entry": "ledgers",
    "entry-postings": "postings",
    "receipt-invoice": "ledgers",
}


class MemoryCompany:
    """A `Company`; `books` outlives it, so that another process may open the same ones."""

    def __init__(
        self,
        name: str,
        clock: Clock,
        switches: Switches | None = None,
        *,
        books: Books | None = None,
        platform: Platform | None = None,
        vault: Vault | None = None,
        office: Office | None = None,
        registry: Registry | None = None,
    ) -> None:
        self.name = name
        self.vault, self.office = vault or MemoryVault(), office or Office()
        self.inside = Inside(
            clock, switches or Switches(), books or Books(clock), platform or Platform(), Calls(clock)
        )
        self.switches = self.inside.switches
        self.books = self.inside.books
        self.calls_made = self.inside.calls_made
        self.calls_made.a_minute = self.switches.calls_a_minute
        self.seats = SeatPool(self.switches.seats, name=name, registry=registry, clock=clock)
        self.shut: Failure | None = None  #: why the door does not open
        self.stood_down: datetime | None = None  #: until when nothing new begins
        self._consent: MemoryConsent | None = None
        if self.switches.asks_consent:
            self._consent = MemoryConsent(name, self.vault, clock, self.office)
        self.entrance: Entrance | None = self._consent
        self.doorbell: Doorbell | None = MemoryBell(self._consent, self.office) if self._consent else None

    @property
    def about(self) -> About:
        """What the switches make of the company."""
        switches = self.switches
        return About(
            "memory",
            switches.seats,
            switches.writing,
            switches.awaited,
            worked_by=switches.worked_by,
            drains_for=switches.drains_for,
            invoice_due=switches.invoice_due,
        )

    @property
    def calls(self) -> int:
        """Calls so far."""
        return self.calls_made.made

    def usage(self) -> Usage:
        """Calls, and seats."""
        return Usage(calls=self.calls, seat_seconds=self.seats.seconds)

    def budget(self) -> Budget:
        """The calls that are allowed in a minute, or no limit."""
        most = self.switches.calls_a_minute
        return (Allowance(Measure.CALLS, most, timedelta(minutes=1)),) if most else UNLIMITED

    def stand_down(self, until: datetime) -> None:
        """The agent finishes what it has begun."""
        self.stood_down = until

    def calls_in(self, tally: Tally) -> int:
        """None: a tally counts requests on the wire, and there is no wire."""
        return 0

    @contextmanager
    def session(self, purpose: Purpose) -> Iterator[Session | Failure]:
        """Writing takes a seat, reading none."""
        shut = (
            self.shut
            or self._standing_down()
            or (self._consent.shut() if self._consent is not None else None)
        )
        if shut is not None:
            yield shut
            return
        if purpose is not Purpose.WRITING:
            yield self._desks()
            return
        with self.seats.seat() as refused:
            yield refused or self._desks()

    def _standing_down(self) -> Failure | None:
        now = self.inside.clock.now()
        if self.stood_down is None or now >= self.stood_down:
            return None
        left = (self.stood_down - now).total_seconds()
        return Failure(Code.LOCKED, "the agent stands down before a window", left, sent=False)

    def _desks(self) -> Session:
        customers, filed = Customers(self.inside), FiledOrders(self.inside)
        whole = Session(
            orders=filed if self.switches.hands_over else Orders(self.inside),
            order_tracking=filed if self.switches.names_parcels else None,
            parcels=Requests(self.inside) if self.switches.hands_over_too else None,
            order_search=Search(self.inside),
            invoicing=Invoicing(self.inside) if self.switches.invoice_due else None,
            cancelling=Cancelling(self.inside),
            customers=customers,
            new_customers=customers,
            receipts=Receipts(self.inside),
            stock=Stock(self.inside),
            web_lines=WebLines(self.inside),
            prices=Prices(self.inside),
            enquiries=Enquiries(self.inside),
            products=Products(self.inside),
            progress=Progress(self.inside),
            despatches=Despatches(self.inside),
            invoices=Invoices(self.inside),
            ledgers=Ledgers(self.inside),
            postings=Postings(self.inside),
            ties=frozenset(tie for tie, desk in TIES.items() if desk not in self.switches.without),
        )
        missing = dict.fromkeys(sorted(self.switches.without), None)
        return replace(whole, **missing)  # type: ignore[arg-type]

    def lent(self) -> AbstractContextManager[None]:
        """Seats are held by sessions alone."""
        return self.seats.lent()

    def code_lists(self) -> list[CodeList] | Failure:
        """What orders may name."""
        return self.calls_made.read("look-up", self._lists)

    def _lists(self) -> list[CodeList]:
        books = self.books
        return [
            CodeList(
                "tax", {code: f"{rate} %" for code, rate in books.taxes.items()}, rates=dict(books.taxes)
            ),
            CodeList("tax-group", {group: group for group, _ in books.schedules}),
            CodeList("tax-schedule", {schedule: schedule for _, schedule in books.schedules}),
            CodeList("charge", dict(books.charges)),
            CodeList("account", dict(books.nominal)),
            CodeList("warehouse", dict(books.warehouses)),
            CodeList("bank", {code: books.nominal[nominal] for code, nominal in books.banks.items()}),
        ]

    def examine(self) -> list[Finding]:
        """The lock, and what the user may not do."""
        found = [Finding("company", "pass", f"{self.name} is open")]
        if self.calls_made.locked:
            found = [Finding("company", "fail", LOCKED.text, "wait for the end of the backup")]
        for call in sorted(self.calls_made.forbidden):
            found.append(Finding("permissions", "fail", f"the user may not {call}", "give it the permission"))
        return found

    @property
    def learnt_limits(self) -> Mapping[str, int]:
        """Nothing limits a dictionary."""
        return {}

    def take_limits(self, learnt: Mapping[str, int]) -> None:
        """Nothing to learn."""

    def forget_limits(self) -> None:
        """Nothing was learnt."""

    def forget(self) -> None:
        """The lists are read again."""
        self.inside.lists_known = False

    def close(self) -> None:
        """Nothing is held open."""
