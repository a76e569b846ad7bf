"""What is new about our orders in the company's books since the last reading: read by change, then kept.

No flow of its own: it writes nothing anywhere but here. It runs with the nightly reconciliation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.masters.master import ProductRecord
from tidegate.flows import unreadable
from tidegate.flows.connection import Connection
from tidegate.flows.order_steps import known_orders
from tidegate.flows.stored_keys import in_ledgers_names
from tidegate.ledger import books, chain, cursors, marks, product_groups, refused_postings
from tidegate.ledger.chain import ChainLink
from tidegate.ledger.database import transaction
from tidegate.sage.port.reading import InvoiceDesk, LedgerDesk, PostingDesk, ProductDesk
from tidegate.sage.port.session import Purpose, Session

STREAM = "books"
POOL = 200  #: entries whose postings are asked for at once
MOST_POOLS = 500  #: of one look; the rest comes with the next


@dataclass(frozen=True, slots=True)
class Learnt:
    """The result of one reading. `untold` names what the product does not report."""

    invoices: int = 0
    entries: int = 0
    posted: int = 0  #: entries whose postings became known
    untold: tuple[str, ...] = ()
    failure: Failure | None = None


def learn(connection: Connection) -> Learnt:
    """Read what changed in the books and keep it; a closed company is not called."""
    closed = connection.closed()
    if closed is not None:
        text = f"the company is closed until {closed.until:%Y-%m-%d %H:%M} UTC ({closed.reason})"
        return Learnt(failure=Failure(Code.LOCKED, text, sent=False))
    with connection.company.session(Purpose.READING) as session:
        return Learnt(failure=session) if isinstance(session, Failure) else learn_from(connection, session)


def learn_from(connection: Connection, session: Session) -> Learnt:
    """The same from an open session; `untold` names the books that the product has not."""
    untold = tuple(
        name
        for name, desk in (
            ("invoices", session.invoices),
            ("entries", session.ledgers),
            ("postings", session.postings),
        )
        if desk is None
    )
    remember_ties(connection, session)
    grouped: Failure | None = None
    invoices: int | Failure = 0
    entries: int | Failure = 0
    posted: int | Failure = 0
    if session.products is not None and connection.settings.revenue.groups:
        grouped = learn_groups(connection, session.products)
    if session.invoices is not None and grouped is None:
        invoices = learn_invoices(connection, session.invoices)
    if session.ledgers is not None and not isinstance(invoices, Failure):
        entries = learn_entries(connection, session.ledgers)
    if (
        session.postings is not None
        and not isinstance(invoices, Failure)
        and not isinstance(entries, Failure)
    ):
        posted = learn_postings(connection, session.postings)
    failures = [each for each in (grouped, invoices, entries, posted) if isinstance(each, Failure)]
    counts = [0 if isinstance(each, Failure) else each for each in (invoices, entries, posted)]
    return Learnt(counts[0], counts[1], counts[2], untold, failures[0] if failures else None)


def remember_ties(connection: Connection, session: Session) -> None:
    """Which ties the product's records carry: a trace is made without opening the company.

    A tie to documents that no desk reads is none: the chain names it as the link that is missing.
    """
    read = {
        "order-despatch": session.despatches,
        "order-invoice": session.invoices,
        "invoice-entry": session.ledgers,
        "entry-postings": session.postings,
        "receipt-invoice": session.receipts,
    }
    with transaction("books"):
        links = sorted(tie for tie in session.ties if read.get(tie) is not None)
        marks.write(books.ties_mark(connection.name), " ".join(links), connection.clock.now())


def remember_without_books(connection: Connection, session: Session) -> None:
    """The same for a product without documents and ledgers, whose books no flow ever reads; once."""
    has_books = session.despatches or session.invoices or session.ledgers
    if not has_books and marks.read(books.ties_mark(connection.name)) is None:
        remember_ties(connection, session)


def learn_groups(connection: Connection, desk: ProductDesk) -> Failure | None:
    """The product groups that revenue accounts go by; changed ones count from the next order on."""
    products = desk.read(None)
    if isinstance(products, Failure):
        return products
    keep_groups(connection, products.rows)
    return None


def keep_groups(connection: Connection, products: Iterable[ProductRecord]) -> None:
    """Keep the groups of all products."""
    groups = {product.sku: product.group for product in products if product.group}
    with transaction("groups"):
        changed = product_groups.keep(connection.name, groups, connection.clock.now())
    if changed:
        connection.forget()


def learn_invoices(connection: Connection, desk: InvoiceDesk) -> int | Failure:
    """Invoices and credit notes of our orders; how many came."""
    delta = desk.read(cursors.read(connection.name, STREAM, "invoices"))
    if isinstance(delta, Failure):
        return delta
    unreadable.report(
        connection.name, STREAM, f"{unreadable.SAGE}'s invoices", delta.bad, connection.clock.now()
    )
    known = known_orders(connection, [key for row in delta.rows for key in row.order_keys])
    links = [
        ChainLink(order.source_id, "sage-credit" if row.credit else "sage-invoice", row.id, row.number)
        for row in delta.rows
        for key in row.order_keys
        if (order := known.get(key)) is not None
    ]
    now = connection.clock.now()
    with transaction("books"):
        books.keep_invoices(connection.name, in_ledgers_names(connection, delta.rows), now)
        chain.add(links, now)
        cursors.move(connection.name, STREAM, "invoices", delta.cursor, now)
    return len(delta.rows)


def learn_entries(connection: Connection, desk: LedgerDesk) -> int | Failure:
    """Entries of the sales ledger, a long first read part by part; how many came."""
    came = 0
    while True:
        delta = desk.read(cursors.read(connection.name, STREAM, "entries"))
        if isinstance(delta, Failure):
            return delta
        unreadable.report(
            connection.name, STREAM, f"{unreadable.SAGE}'s entries", delta.bad, connection.clock.now()
        )
        now = connection.clock.now()
        with transaction("books"):
            books.keep_entries(connection.name, delta.rows, now)
            cursors.move(connection.name, STREAM, "entries", delta.cursor, now)
        came += len(delta.rows)
        if not delta.more:
            return came


def learn_postings(connection: Connection, desk: PostingDesk) -> int | Failure:
    """Postings of our entries, pooled; of how many entries they became known."""
    known = 0
    for _ in range(MOST_POOLS):
        urns = books.unread_urns(connection.name, POOL)
        if not urns:
            return known
        found = desk.read(urns)
        if isinstance(found, Failure):
            return found
        failed = {urn: rows for urn, rows in found.items() if isinstance(rows, Failure)}
        held = {urn: one.text for urn, one in failed.items() if one.group is Group.CLOSED_PERIOD}
        bad = [BadRow(urn, one.text) for urn, one in failed.items() if urn not in held]
        unreadable.report(
            connection.name, STREAM, f"{unreadable.SAGE}'s postings", bad, connection.clock.now()
        )
        refused_postings.report(connection.name, found, held, connection.clock.now())
        with transaction("books"):
            readable = {urn: rows for urn, rows in found.items() if not isinstance(rows, Failure)}
            kept = books.keep_postings(connection.name, readable, connection.clock.now())
        if not kept:  # not posted yet: they would be asked for again and again
            return known
        known += kept
    return known
