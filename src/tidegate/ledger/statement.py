"""What was invoiced to one account, or for certain orders, and how much of it is open."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry
from tidegate.domain.fulfilment.sage_documents import SalesInvoice
from tidegate.domain.orders.keys import order_key
from tidegate.ledger import books, models, rows

LINKS = ("sage-invoice", "sage-credit")


@dataclass(frozen=True, slots=True)
class Stated:
    """An invoice or credit note with its entry of the sales ledger; None = not posted, or not read yet."""

    invoice: SalesInvoice
    entry: LedgerEntry | None
    orders: tuple[int, ...] = ()  #: the store's ids of the orders that it concerns

    @property
    def open(self) -> Decimal | None:
        """What is not settled yet, in the invoice's currency; None = not known."""
        return None if self.entry is None else self.entry.outstanding


def of_account(connection: str, account: str) -> list[Stated]:
    """All invoices and credit notes of web orders of one account, the newest first."""
    found = models.BookInvoice.objects.filter(connection=connection, account=account)
    return _stated(connection, list(found.values_list("identifier", flat=True)))


def of_orders(connection: str, store: str, entity_ids: Sequence[int]) -> list[Stated]:
    """Invoices and credit notes that concern none but these orders, the newest first.

    A document that also bills anything else, be it a sale at the counter, is left out: it is not theirs
    alone to see.
    """
    identifiers: set[str] = set()
    for part in rows.chunks(entity_ids):
        links = models.Link.objects.filter(
            source__connection=connection,
            source__store=store,
            source__kind="order",
            source__entity_id__in=part,
            kind__in=LINKS,
        )
        identifiers.update(links.values_list("identifier", flat=True))
    theirs = {order_key(store, entity_id) for entity_id in entity_ids}
    return [each for each in _stated(connection, sorted(identifiers)) if _bills_only(each.invoice, theirs)]


def _bills_only(invoice: SalesInvoice, orders: Set[str]) -> bool:
    """Whether the whole document is these orders': another store may have the same numbers."""
    return not invoice.bills_others and bool(invoice.order_keys) and set(invoice.order_keys) <= orders


def _stated(connection: str, identifiers: Sequence[str]) -> list[Stated]:
    invoices: list[SalesInvoice] = []
    entries: dict[tuple[str, bool], LedgerEntry] = {}
    concerned: dict[str, set[int]] = {}
    for part in rows.chunks(identifiers):
        some = books.invoices_named(connection, part)
        invoices += some
        links = models.Link.objects.filter(
            source__connection=connection, source__kind="order", identifier__in=part, kind__in=LINKS
        )
        for identifier, entity_id in links.values_list("identifier", "source__entity_id"):
            concerned.setdefault(identifier, set()).add(entity_id)
        for entry in books.entries_named(connection, [], [each.number for each in some]):
            if entry.kind in (EntryKind.INVOICE, EntryKind.CREDIT):
                entries[entry.reference, entry.kind is EntryKind.CREDIT] = entry
    stated = [
        Stated(
            each,
            entries.get((each.number, each.credit)),
            tuple(sorted(concerned.get(each.id, ()))),
        )
        for each in invoices
    ]
    return sorted(
        stated,
        key=lambda each: (each.invoice.day is None, each.invoice.day, each.invoice.number),
        reverse=True,
    )
