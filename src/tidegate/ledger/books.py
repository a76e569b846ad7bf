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
_INVOICE = (
    *("number", "credit", "day", "account", "net", "tax", "gross", "currency", "posted", "returned"),
    "bills_others",
    *("order_ids", "order_keys", "lines", "learnt_at"),
)
_ENTRY = (
    *("urn", "kind", "account", "reference", "second_reference", "day", "due", "settled"),
    *("gross", "outstanding", "net", "tax", "currency", "learnt_at"),
)
_POSTING = ("urn", "account", "debit", "credit", "period", "day", "reference", "narrative")
_CENT = Decimal("0.01")


def keep_invoices(connection: str, invoices: Sequence[SalesInvoice], now: datetime) -> None:
    """Keep invoices and credit notes as they are now."""
    inside(now)
    newest = {invoice.id: invoice for invoice in invoices}
    models.BookInvoice.objects.bulk_create(
        [
            models.BookInvoice(
                connection=connection,
                identifier=invoice.id,
                number=storable(invoice.number),
                credit=invoice.credit,
                day=invoice.day,
                account=storable(invoice.account),
                net=invoice.net,
                tax=invoice.tax,
                gross=invoice.gross,
                currency=invoice.currency,
                posted=invoice.posted,
                returned=invoice.returned,
                bills_others=invoice.bills_others,
                order_ids=_json(invoice.order_ids),
                order_keys=_json(invoice.order_keys),
                lines=_json(invoice.lines),
                learnt_at=now,
            )
            for invoice in newest.values()
        ],
        batch_size=rows.CHUNK,
        update_conflicts=True,
        unique_fields=["connection", "identifier"],
        update_fields=_INVOICE,
    )


def keep_entries(connection: str, entries: Sequence[LedgerEntry], now: datetime) -> None:
    """Keep entries of the sales ledger as they are now."""
    inside(now)
    newest = {entry.id: entry for entry in entries}
    models.BookEntry.objects.bulk_create(
        [
            models.BookEntry(
                connection=connection,
                identifier=entry.id,
                urn=entry.urn,
                kind=entry.kind.value,
                account=storable(entry.account),
                reference=storable(entry.reference),
                second_reference=storable(entry.second_reference),
                day=entry.day,
                due=entry.due,
                settled=entry.settled,
                gross=entry.gross,
                outstanding=entry.outstanding,
                net=entry.net,
                tax=entry.tax,
                currency=entry.currency,
                learnt_at=now,
            )
            for entry in newest.values()
        ],
        batch_size=rows.CHUNK,
        update_conflicts=True,
        unique_fields=["connection", "identifier"],
        update_fields=_ENTRY,
    )


def drop_entries(connection: str, identifiers: Iterable[str], now: datetime) -> None:
    """Drop entries of the sales ledger that no longer exist: a payment that was deleted, a document that was voided."""
    inside(now)
    for part in rows.chunks(sorted(set(identifiers))):
        models.BookEntry.objects.filter(connection=connection, identifier__in=part).delete()


def keep_postings(connection: str, postings: Mapping[str, Sequence[Posting]], now: datetime) -> int:
    """Keep the postings of whole entries; what is posted never changes. Returns how many entries had any."""
    inside(now)
    models.BookPosting.objects.bulk_create(
        [
            models.BookPosting(
                connection=connection,
                urn=urn,
                place=place,
                account=storable(line.account),
                debit=line.debit,
                credit=line.credit,
                period=storable(line.period),
                day=line.day,
                reference=storable(line.reference),
                narrative=storable(line.narrative),
            )
            for urn, lines in postings.items()
            for place, line in enumerate(lines)
        ],
        batch_size=rows.CHUNK,
        ignore_conflicts=True,
    )
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
    return [_entry(row) for row in _of_days(found, start, end)]


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
    found = models.BookEntry.objects.filter(connection=connection).filter(
        Q(urn__in=names) | Q(identifier__in=names) | Q(reference__in=list(references))
    )
    return [_entry(row) for row in found.order_by("pk")]


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


def _entry(row: models.BookEntry) -> LedgerEntry:
    return LedgerEntry(
        row.identifier,
        row.urn,
        EntryKind(row.kind),
        row.account,
        row.reference,
        row.second_reference,
        row.day,
        _money(row.gross),
        _money(row.outstanding),
        None if row.net is None else _money(row.net),
        None if row.tax is None else _money(row.tax),
        row.due,
        row.settled,
        row.currency,
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
