"""`reconcile`: compare 100,000 invoiced and posted orders of one period three ways, from a ledger on disk.

The ledger holds each order with one invoice, its ledger entry and its four postings. They are read and compared
with the orders of the store and of the company, which are held in memory: the calls to the two systems are few
(300 orders a page, many orders a look-up), and their time is not measured here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

from tidegate.bench.figure import Figure, Target
from tidegate.bench.filling import CHUNK, START, fill, open_without_safety
from tidegate.bench.hub import CONNECTION, quiet
from tidegate.bench.resources import cpu_seconds, peak_memory
from tidegate.clock import SystemClock
from tidegate.domain.books.agreement import CompanyOrder, Facts, KeptOrder, Kind, Reconciliation, StoreOrder
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry, Posting
from tidegate.domain.books.reconciliation import reconcile
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.money import ZERO, total
from tidegate.domain.orders.terms import Terms
from tidegate.engine.reconcile import keep
from tidegate.ledger import books, period
from tidegate.ledger.database import transaction
from tidegate.simulation.world import build_world

ORDERS, QUICK = 100_000, 10_000
#: One order in so many costs a cent more in the company than in the store.
WRONG = 1000
CENT = Decimal("0.01")
DAY = date(2026, 1, 9)
ALWAYS = (datetime.min.replace(tzinfo=START.tzinfo), datetime.max.replace(tzinfo=START.tzinfo))


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One comparison: the seconds of its parts, and its result."""

    orders: float  #: reading and translating the ledger's orders
    books: float  #: reading invoices, entries and postings
    comparing: float
    cpu: float  #: CPU seconds of this process for all three parts
    found: Reconciliation

    @property
    def seconds(self) -> float:
        """Seconds of all three parts."""
        return self.orders + self.books + self.comparing


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Fill a ledger in `folder` (some minutes), then compare; the figures of the comparison."""
    orders = QUICK if quick else ORDERS
    filled = prepare(folder, orders)
    done = compare(filled)
    what = f"{orders:,} orders, invoiced and posted"
    return [
        timed(
            "reconcile",
            done.seconds,
            f"{what}: read from the ledger and compared three ways",
            Target("<", 30),
        ),
        timed("reconcile-cpu", done.cpu, "CPU time of the same"),
        timed("reconcile-orders", done.orders, "of it, reading the ledger's orders and their lines"),
        timed("reconcile-books", done.books, "of it, reading invoices, entries and postings"),
        timed("reconcile-comparing", done.comparing, "of it, the comparison itself"),
        Figure(
            "reconcile-memory", round(peak_memory()), "MiB", "timed", "peak resident memory of the process"
        ),
        Figure(
            "reconcile-unexplained",
            float(done.found.unexplained),
            "USD",
            "counted",
            f"what the differences found do not explain; {len(done.found.differences)} orders were a cent apart",
            Target("<=", 0),
        ),
    ]


def timed(name: str, seconds: float, text: str, target: Target | None = None) -> Figure:
    """A timed figure, in seconds."""
    return Figure(name, round(seconds, 2), "s", "timed", text, target)


# --- the data to compare ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filled:
    """A ledger, the mappings for reading its orders, and the same orders as both systems have them, by key."""

    ledger: Path
    terms: Terms
    store: dict[str, StoreOrder]
    company: dict[str, list[CompanyOrder]]


def prepare(folder: Path, orders: int) -> Filled:
    """Fill a ledger with orders that agree everywhere, except for a cent in one of `WRONG`."""
    ledger = folder / "ledger.db"
    terms = mappings(folder)
    fill(ledger, orders)
    with open_without_safety(ledger):
        kept = keep(period.orders(CONNECTION, *ALWAYS), terms, {}, lambda _currency: False, ALWAYS[1], [])
        invoice(kept.values())
    store = {
        key: StoreOrder(key, order.number, order.created_at, True, False, order.figures)
        for key, order in kept.items()
    }
    company = {
        key: [
            CompanyOrder(order.number, order.number, order.figures.total + (ZERO if place % WRONG else CENT))
        ]
        for place, (key, order) in enumerate(kept.items())
    }
    return Filled(ledger, terms, store, company)


def mappings(folder: Path) -> Terms:
    """The mappings of a hub between the simulated systems. RuntimeError when they cannot be read."""
    quiet()
    world = build_world(1, f"sqlite:///{folder / 'terms.db'}", START, window="")
    with world.open_hub() as hub:
        world.sign_in(hub)
        terms = hub.connections[CONNECTION].terms()
    if isinstance(terms, Failure):
        raise RuntimeError(terms.text)
    return terms


def invoice(orders: Iterable[KeptOrder]) -> None:
    """Keep one invoice of each order, its entry and its postings, as if read from the company."""
    remaining = iter(orders)
    while chunk := list(islice(remaining, CHUNK)):
        with transaction("fill"):
            books.keep_invoices(CONNECTION, [invoice_of(order) for order in chunk], START)
            books.keep_entries(CONNECTION, [entry_of(order) for order in chunk], START)
            books.keep_postings(CONNECTION, {order.number: postings_of(order) for order in chunk}, START)


def invoice_of(order: KeptOrder) -> SalesInvoice:
    """One invoice for the whole order, in the order's currency."""
    figures = order.figures
    return SalesInvoice(
        order.number,
        f"I{order.number}",
        False,
        DAY,
        "WEB",
        (order.number,),
        (order.key,),
        figures.total - figures.tax,
        figures.tax,
        figures.total,
        lines=tuple(
            InvoiceLine(key, key, key, line.quantity, line.net, line.tax) for key, line in order.lines.items()
        ),
    )


def entry_of(order: KeptOrder) -> LedgerEntry:
    """The sales ledger entry of the order's invoice; its URN is the order's number."""
    gross = order.figures.total
    return LedgerEntry(
        order.number,
        order.number,
        EntryKind.INVOICE,
        "WEB",
        f"I{order.number}",
        order.number,
        DAY,
        gross,
        gross,
    )


def postings_of(order: KeptOrder) -> list[Posting]:
    """The nominal postings of the order's invoice: debtors against revenue by account, freight and tax."""
    credits: dict[str, Decimal] = {}
    for line in order.lines.values():
        credits[line.account] = credits.get(line.account, ZERO) + line.net
    goods = total(line.net for line in order.lines.values())
    freight = order.figures.total - order.figures.tax - goods
    account = order.freight.account if order.freight is not None else "freight"
    credits[account] = credits.get(account, ZERO) + freight
    credits["2200"] = order.figures.tax
    posted = [Posting(order.number, account, ZERO, amount) for account, amount in credits.items() if amount]
    return [Posting(order.number, "1100", order.figures.total, ZERO), *posted]


# --- the comparison ---------------------------------------------------------------------------------


def compare(filled: Filled) -> Reconciled:
    """Compare as `engine.reconcile.compare` does, without its calls.

    RuntimeError unless exactly the prepared differences are found.
    """
    clock = SystemClock()
    now = START + timedelta(days=5)
    spent = cpu_seconds()
    with open_without_safety(filled.ledger):
        began = clock.monotonic()
        period.numbers(CONNECTION, *ALWAYS)  # the order numbers that the company would be asked for
        kept = keep(
            period.orders(CONNECTION, *ALWAYS), filled.terms, {}, lambda _currency: False, ALWAYS[1], []
        )
        read = clock.monotonic()
        invoices, entries = books.invoices(CONNECTION), books.entries(CONNECTION)
        postings = books.postings(CONNECTION, [entry.urn for entry in entries])
    booked = clock.monotonic()
    facts = Facts(
        store=filled.store,
        kept=kept,
        company=filled.company,
        now=now,
        settled_before=now,
        overdue_before=now,
        invoices=invoices,
        entries=entries,
        postings=postings,
        tolerance=filled.terms.tolerance,
    )
    found = reconcile(facts, START.date(), now.date())
    done = Reconciled(read - began, booked - read, clock.monotonic() - booked, cpu_seconds() - spent, found)
    prove(found, len(kept))
    return done


def prove(found: Reconciliation, orders: int) -> None:
    """RuntimeError unless exactly the prepared differences were found."""
    wrong = [difference for difference in found.differences if difference.kind is Kind.TOTAL]
    if len(wrong) != len(range(0, orders, WRONG)) or len(found.differences) != len(wrong):
        raise RuntimeError(f"{orders} orders: {[str(each.text) for each in found.differences[:5]]}")
