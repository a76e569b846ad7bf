"""The chain of one order as a tree: complete, or what is missing, never a guess."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry, Posting
from tidegate.domain.books.chain import Books, Node, Presence, Tie, gaps, grow, traverse, untold
from tidegate.domain.fulfilment.sage_documents import SalesInvoice

LINKS = frozenset({"order-despatch", "order-invoice", "invoice-entry", "entry-postings"})
ORDER = Node("magento-order", "000000001", "1")
SALE = Tie("sage-order", "42", "S42", 1)
DESPATCH = (Tie("sage-despatch", "7", "D7", 2), Tie("magento-shipment", "3", "000000003", 2))
INVOICED = (Tie("sage-invoice", "9", "I9", 3), Tie("magento-invoice", "4", "000000004", 3))


def invoice(gross: str = "54.00") -> SalesInvoice:
    amount = Decimal(gross)
    return SalesInvoice(
        "9",
        "I9",
        False,
        date(2026, 3, 2),
        "WEB",
        ("42",),
        ("magento:main:1",),
        amount - 9,
        Decimal(9),
        amount,
    )


def entry(outstanding: str = "0", reference: str = "I9") -> LedgerEntry:
    open_amount = Decimal(outstanding)
    return LedgerEntry(
        "e1", "900", EntryKind.INVOICE, "WEB", reference, "S42", None, Decimal("54.00"), open_amount
    )


def postings(credit: str = "45.00") -> list[Posting]:
    zero = Decimal(0)
    return [
        Posting("900", "1100", Decimal("54.00"), zero, "2026/3"),
        Posting("900", "4000", zero, Decimal(credit), "2026/3"),
        Posting("900", "2200", zero, Decimal("9.00"), "2026/3"),
    ]


def books(**changes: object) -> Books:
    values: dict[str, object] = {
        "invoices": {"9": invoice()},
        "entries": {"900": entry()},
        "postings": {"900": postings()},
        "links": LINKS,
        **changes,
    }
    return Books(**values)  # type: ignore[arg-type]


def test_a_settled_order_is_complete_to_its_postings() -> None:
    tree = grow(ORDER, [SALE, *DESPATCH, *INVOICED], books())
    assert gaps(tree) == []
    found = {(node.kind, node.number) for node in traverse(tree)}
    assert {
        ("magento-shipment", "000000003"),
        ("magento-invoice", "000000004"),
        ("sage-entry", "900"),
    } <= found
    accounts = [(node.number, node.text) for node in traverse(tree) if node.kind == "posting"]
    assert accounts == [
        ("1100", "debit 54.00, period 2026/3"),
        ("4000", "credit 45.00, period 2026/3"),
        ("2200", "credit 9.00, period 2026/3"),
    ]


def test_each_gap_is_named() -> None:
    assert gaps(grow(ORDER, [], books())) == ["Sage order: Sage does not have the order yet"]
    bare = gaps(grow(ORDER, [SALE], books()))
    assert bare == ["despatch: nothing despatched yet", "invoice: not invoiced yet"]
    unwritten = gaps(grow(ORDER, [SALE, DESPATCH[0], INVOICED[0]], books()))
    assert unwritten == [
        "Magento shipment: not written to Magento yet",
        "Magento invoice: not written to Magento yet",
    ]
    assert gaps(grow(ORDER, [SALE, *DESPATCH, *INVOICED], books(entries={"900": entry("4.00")}))) == [
        "payment: 4.00 of 54.00 open"
    ]


def test_an_entry_that_does_not_balance_is_no_complete_chain() -> None:
    tree = grow(ORDER, [SALE, *DESPATCH, *INVOICED], books(postings={"900": postings("44.00")}))
    assert gaps(tree) == ["posting: ledger entry 900 does not balance: debit and credit differ by 1.00"]


def test_nothing_is_despatched_of_an_order_without_goods() -> None:
    assert gaps(grow(ORDER, [SALE, *INVOICED], books(), goods=False)) == []


def test_a_tie_that_the_product_does_not_give_is_said_and_not_guessed() -> None:
    tree = grow(ORDER, [SALE], books(links=frozenset()))
    assert gaps(tree) == []
    assert untold(tree) == [
        "Sage does not report which order a despatch belongs to",
        "Sage does not report which order an invoice belongs to",
    ]
    assert all(node.presence is Presence.NOT_LINKED for node in tree.children[0].children)


def test_an_entry_is_found_by_the_step_that_learnt_it_too() -> None:
    ties = [SALE, *DESPATCH, *INVOICED, Tie("sage-entry", "900", "", 3)]
    tree = grow(ORDER, ties, books(entries={"900": entry(reference="")}))
    assert gaps(tree) == []
    assert sum(node.kind == "sage-entry" for node in traverse(tree)) == 1


def test_a_receipt_shows_what_is_not_allocated() -> None:
    receipt = LedgerEntry(
        "e2", "901", EntryKind.RECEIPT, "WEB", "000000001", "", None, Decimal("54.00"), Decimal("54.00")
    )
    tree = grow(
        ORDER,
        [
            SALE,
            *DESPATCH,
            *INVOICED,
            Tie("sage-receipt", "901", "000000001", 5),
            Tie("sage-entry", "901", "", 5),
        ],
        books(entries={"900": entry(), "901": receipt}),
    )
    (node,) = [each for each in traverse(tree) if each.kind == "sage-receipt"]
    assert node.text == "54.00 not allocated"
    assert [each.number for each in traverse(tree) if each.kind == "sage-entry"] == ["900"]
