"""What the books said is kept as it was read, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from integration.ledger.conftest import Ledger
from integration.ledger.making import NOW, captured
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry, Posting
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.ledger import books, database, models
from tidegate.ledger.chain import ChainLink, add

D = Decimal
LINE = InvoiceLine("1", "item:551", "HUB-1", D(2), D("10.005"), D("2.00"))
INVOICE = SalesInvoice(
    *("9", "I9", False, date(2026, 3, 2), "WEB", ("42",), ("magento:main:1",), D("10.00"), D("2.00")),
    *(D("12.00"), "GBP", (LINE,)),
)
ENTRY = LedgerEntry(
    "e1", "900", EntryKind.INVOICE, "WEB", "I9", "S42", date(2026, 3, 2), D("12.00"), D("12.00")
)
POSTINGS = [Posting("900", "1100", D("12.00"), D(0), "3"), Posting("900", "4000", D(0), D("12.00"), "3")]


def keep() -> None:
    with database.transaction("test"):
        books.keep_invoices("web", [INVOICE, INVOICE], NOW)
        books.keep_entries("web", [ENTRY], NOW)


def test_what_was_kept_comes_back_as_it_was(ledger: Ledger) -> None:
    keep()
    assert books.invoices("web") == [INVOICE]
    assert books.entries("web") == [ENTRY]
    assert books.invoices("web", date(2026, 3, 3)) == []
    assert books.invoices("web", date(2026, 3, 1), date(2026, 3, 3)) == [INVOICE]
    assert books.invoices("other") == []


def test_an_entry_that_changed_is_kept_anew(ledger: Ledger) -> None:
    keep()
    paid = replace(ENTRY, outstanding=D("0.00"), settled=date(2026, 3, 9))
    with database.transaction("test"):
        books.keep_entries("web", [paid], NOW)
    assert books.entries_named("web", ["900"]) == [paid]
    assert books.entries_named("web", [], ["I9"]) == [paid]


def test_an_entry_that_is_no_more_is_dropped_and_no_other(ledger: Ledger) -> None:
    keep()
    with database.transaction("more"):
        books.keep_entries("web", [replace(ENTRY, id="2")], NOW)
        books.keep_entries("other", [ENTRY], NOW)
        books.drop_entries("web", [ENTRY.id, "unknown"], NOW)
    assert [each.id for each in books.entries_named("web", [], [ENTRY.reference])] == ["2"]
    assert [each.id for each in books.entries_named("other", [], [ENTRY.reference])] == [ENTRY.id]


def test_postings_of_our_entries_are_asked_for_once(ledger: Ledger) -> None:
    keep()
    stranger = replace(ENTRY, id="e2", urn="901", reference="X1")
    with database.transaction("test"):
        books.keep_entries("web", [stranger], NOW)
    assert books.unread_urns("web", 10) == ["900"]
    for _ in range(2):
        with database.transaction("test"):
            assert books.keep_postings("web", {"900": POSTINGS, "901": []}, NOW) == 1
    assert books.unread_urns("web", 10) == []
    assert books.postings("web", ["900", "901"]) == {"900": POSTINGS}


def test_a_tied_receipt_is_one_of_ours(ledger: Ledger) -> None:
    captured(1)
    source = models.Source.objects.get()
    with database.transaction("test"):
        add([ChainLink(source.pk, "sage-receipt", "902", "000000001")], NOW)
        books.keep_entries(
            "web", [replace(ENTRY, id="e3", urn="902", reference="", kind=EntryKind.RECEIPT)], NOW
        )
    assert books.unread_urns("web", 10) == ["902"]


def test_an_entry_over_nothing_is_not_asked_for(ledger: Ledger) -> None:
    keep()
    with database.transaction("test"):
        books.keep_entries("web", [replace(ENTRY, gross=D("0.00"), outstanding=D("0.00"))], NOW)
    assert books.unread_urns("web", 10) == []
