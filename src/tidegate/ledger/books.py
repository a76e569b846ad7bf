"""What the company's books said of our orders: invoices, entries and postings, kept as they were read.

So the chain shows accounts and amounts, and a reconciliation of a hundred thousand orders needs only
what has changed since the last one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry, Posting
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.texts import storable

LINK = "sage-entry"

_LINES = msgspec.json.Decoder(tuple[InvoiceLine, ...], strict=False)
_TEXTS = msgspec.json.Decoder(tuple[str, ...])
_KEY = ("connection", "identifier")
_INVOICE = (
    *("number", "credit", "day", "account", "net", "tax", "gross", "currency", "posted", "returned"),
    "bills_others",
    *("order_ids", "order_keys", "lines", "learnt_at"),
)
_ENTRY = (
    *("urn", "kind", "account", "reference", "second_reference", "day", "due", "settled"),
    *("gross", "outstanding", "net", "tax", "currency", "learnt_at"),
)
_ENTRY_READ = ("identifier", *_ENTRY[:-1])
_POSTING = ("urn", "account", "debit", "credit", "period", "day", "reference", "narrative")
_CENT = Decimal("0.01")


def keep_invoices(connection: str, invoices: Sequence[SalesInvoice], now: datetime) -> None:
    """Keep invoices and credit notes as they are now."""
    inside(now)
    newest = {invoice.id: invoice for invoice in invoices}
    kept = [
        (
            *(connection, invoice.id, storable(invoice.number), invoice.credit, invoice.day),
            *(storable(invoice.account), invoice.net, invoice.tax, invoice.gross, invoice.currency),
            *(invoice.posted, invoice.returned, invoice.bills_others),
            *(_json(invoice.order_ids), _json(invoice.order_keys), _json(invoice.lines), now),
        )
        for invoice in newest.values()
    ]
    rows.put(models.BookInvoice, (*_KEY, *_INVOICE), kept, _KEY)


def keep_entries(connection: str, entries: Sequence[LedgerEntry], now: datetime) -> None:
    """Keep entries of the sales ledger as they are now."""
    inside(now)
    newest = {entry.id: entry for entry in entries}
    kept = [
        (
            *(connection, entry.id, entry.urn, entry.kind.value, storable(entry.account)),
            *(storable(entry.reference), storable(entry.second_reference)),
            *(entry.day, entry.due, entry.settled),
            *(entry.gross, entry.outstanding, entry.net, entry.tax, entry.currency, now),
        )
        for entry in newest.values()
    ]
    rows.put(models.BookEntry, (*_KEY, *_ENTRY), kept, _KEY)


def drop_entries(connection: str, identifiers: Iterable[str], now: datetime) -> None:
    """Drop entries of the sales ledger that no longer exist: a payment that was deleted, a document that was voided."""
    inside(now)
    for part in rows.chunks(sorted(set(identifiers))):
        models.BookEntry.objects.filter(connection=connection, identifier__in=part).delete()


def keep_postings(connection: str, postings: Mapping[str, Sequence[Posting]], now: datetime) -> int:
    """Keep the postings of whole entries; what is posted never changes. Returns how many entries had any."""
    inside(now)
    kept = [
        (
            *(connection, urn, place, storable(line.account), line.debit, line.credit),
            *(storable(line.period), line.day, storable(line.reference), storable(line.narrative)),
        )
        for urn, lines in postings.items()
        for place, line in enumerate(lines)
    ]
    rows.insert_new(models.BookPosting, ("connection", "urn", "place", *_POSTING[1:]), kept, "place")
    return sum(bool(lines) for lines in postings.values())


def unread_urns(connection: str, limit: int) -> list[str]:
    """Entries of our invoices, credit notes and receipts whose postings are not known yet, oldest first."""
    posted = models.BookPosting.objects.filter(connection=connection, urn=OuterRef("urn"))
    ours = models.BookInvoice.objects.filter(connection=connection, number=OuterRef("reference"))
    tied = models.Link.objects.filter(kind=LINK).filter(
        Q(identifier=OuterRef("urn")) | Q(number=OuterRef("urn"))
    )
    receipts = models.Link.objects.filter(kind="sage-receipt").filter(
        Q(identifier=OuterRef("urn")) | Q(number=OuterRef("urn"))
    )
    found = (
        models.BookEntry.objects.filter(connection=connection)
        .exclude(urn="")
        .filter(Exists(ours) | Exists(tied) | Exists(receipts))
        .filter(~Exists(posted))
        .order_by("pk")
        .values_list("urn", "gross")
    )
    # an entry over nothing is never posted: asked for again and again, such entries would fill the pool
    urns = (urn for urn, gross in found.iterator() if gross)
    return list(dict.fromkeys(islice(urns, limit)))


def invoices(connection: str, start: date | None = None, end: date | None = None) -> list[SalesInvoice]:
    """Invoices and credit notes of the days from `start` to below `end`; None = without bound."""
    found = models.BookInvoice.objects.filter(connection=connection)
    return [_invoice(row) for row in _of_days(found, start, end)]


def entries(connection: str, start: date | None = None, end: date | None = None) -> list[LedgerEntry]:
    """Entries of the days from `start` to below `end`."""
    found = models.BookEntry.objects.filter(connection=connection)
    return [_entry(*row) for row in _of_days(found, start, end).values_list(*_ENTRY_READ)]


def invoices_named(connection: str, identifiers: Iterable[str]) -> list[SalesInvoice]:
    """Invoices and credit notes by id."""
    found = models.BookInvoice.objects.filter(connection=connection, identifier__in=list(identifiers))
    return [_invoice(row) for row in found.order_by("pk")]


def numbers_of(connection: str, numbers: Iterable[str]) -> set[str]:
    """Those of these numbers that are invoices of web orders."""
    found: set[str] = set()
    for part in rows.chunks(list(dict.fromkeys(numbers))):
        known = models.BookInvoice.objects.filter(connection=connection, number__in=part)
        found.update(known.values_list("number", flat=True))
    return found


def entries_named(connection: str, urns: Iterable[str], references: Iterable[str] = ()) -> list[LedgerEntry]:
    """Entries by URN or id, or by the number of their document."""
    names = list(urns)
    wanted = {"urn": names, "identifier": names, "reference": list(references)}
    asked = {column: values for column, values in wanted.items() if values}
    if not asked:
        return []
    either = " OR ".join(f"{column} IN ({rows.marks(values)})" for column, values in asked.items())
    ending = f"WHERE connection = %s AND ({either}) ORDER BY id"
    values = [value for each in asked.values() for value in each]
    return [_entry(*row) for row in rows.find(models.BookEntry, _ENTRY_READ, ending, connection, *values)]


def postings(connection: str, urns: Iterable[str]) -> dict[str, list[Posting]]:
    """The postings of entries, in their order; entries without any are left out."""
    found: defaultdict[str, list[Posting]] = defaultdict(list)
    for part in rows.chunks(list(dict.fromkeys(urns))):
        known = models.BookPosting.objects.filter(connection=connection, urn__in=part)
        for urn, account, debit, credit, *rest in known.order_by("urn", "place").values_list(*_POSTING):
            found[urn].append(Posting(urn, account, _money(debit), _money(credit), *rest))
    return dict(found)


def _of_days(found: QuerySet, start: date | None, end: date | None) -> QuerySet:  # type: ignore[type-arg]
    if start is not None:
        found = found.filter(Q(day__gte=start) | Q(day=None))
    if end is not None:
        found = found.filter(Q(day__lt=end) | Q(day=None))
    return found.order_by("pk")


def _invoice(row: models.BookInvoice) -> SalesInvoice:
    return SalesInvoice(
        row.identifier,
        row.number,
        row.credit,
        row.day,
        row.account,
        _TEXTS.decode(row.order_ids),
        _TEXTS.decode(row.order_keys),
        _money(row.net),
        _money(row.tax),
        _money(row.gross),
        row.currency,
        _LINES.decode(row.lines),
        row.posted,
        row.returned,
        row.bills_others,
    )


def _entry(identifier: str, urn: str, kind: str, *rest: Any) -> LedgerEntry:
    account, reference, second, day, due, settled, gross, outstanding, net, tax, currency = rest
    return LedgerEntry(
        identifier,
        urn,
        EntryKind(kind),
        account,
        reference,
        second,
        day,
        _money(gross),
        _money(outstanding),
        None if net is None else _money(net),
        None if tax is None else _money(tax),
        due,
        settled,
        currency,
    )


def _money(value: Decimal) -> Decimal:
    """PostgreSQL gives four decimals back, SQLite what was written: both are shown alike."""
    cents = value.quantize(_CENT)
    return cents if cents == value else value


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def ties_mark(connection: str) -> str:
    """The name of the mark that keeps which ties of its books the product reports."""
    return f"book-ties:{connection}"
