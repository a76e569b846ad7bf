"""The chain of one order through its financial life, as a tree: complete, or what is missing.

Magento order -> Sage order -> despatches, invoices, credit notes, receipts -> entries -> postings. A
tie that the product's records do not carry is reported as such and never guessed. Design, promise 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tidegate.domain.books.bookkeeping import LedgerEntry, Posting
from tidegate.domain.fulfilment.sage_documents import SalesInvoice
from tidegate.domain.money import ZERO, shown, total


class Presence(StrEnum):
    """What a node of the tree says of its document."""

    THERE = "there"
    MISSING = "missing"  #: it should be there by now, or comes later
    NOT_LINKED = "not linked"  #: the product gives no such tie


@dataclass(frozen=True, slots=True)
class Tie:
    """One identifier that the ledger has tied to the order; ties of one `step` were recorded together."""

    kind: str
    identifier: str
    number: str = ""
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One document of the chain, or one that is not there."""

    kind: str
    number: str = ""
    identifier: str = ""
    presence: Presence = Presence.THERE
    text: str = ""
    amount: Decimal | None = None
    children: tuple[Node, ...] = ()
    day: date | None = None  #: that the document bears
    step: int | None = None  #: the delivery that recorded it


@dataclass(frozen=True, slots=True)
class Books:
    """What is known of the documents: invoices by id, entries and postings by URN.

    `refused`: why the company cannot post an entry, by URN. `links` are the ties that the product's records carry (`sage.port.session.Session.ties`).
    """

    invoices: Mapping[str, SalesInvoice] = field(default_factory=dict)
    entries: Mapping[str, LedgerEntry] = field(default_factory=dict)
    postings: Mapping[str, Sequence[Posting]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    links: frozenset[str] = frozenset()
    made: str = ""  #: what the company made of the order, where that is no order: invoice, draft, quote


#: The ties that a product's records may carry and that the chain follows.
TIES = frozenset({"order-despatch", "order-invoice", "invoice-entry", "entry-postings"})
#: kind in Sage -> the document that Magento gets for it
MIRRORED = {
    "sage-despatch": "magento-shipment",
    "sage-invoice": "magento-invoice",
    "sage-credit": "magento-credit",
}
NAMES = {
    "magento-order": "Magento order",
    "magento-shipment": "Magento shipment",
    "magento-invoice": "Magento invoice",
    "magento-credit": "Magento credit memo",
    "sage-order": "Sage order",
    "sage-despatch": "despatch",
    "sage-invoice": "invoice",
    "void-invoice": "void invoice",
    "sage-credit": "credit note",
    "sage-entry": "ledger entry",
    "sage-receipt": "receipt",
    "posting": "posting",
    "payment": "payment",
}


def grow(order: Node, ties: Sequence[Tie], books: Books, *, goods: bool = True) -> Node:
    """The tree of one order. `order` is the Magento order's own node; `goods` = something is shipped."""
    known = {(tie.kind, tie.identifier): tie for tie in ties}
    by_kind: dict[str, list[Tie]] = {}
    for tie in known.values():
        by_kind.setdefault(tie.kind, []).append(tie)
    sales = by_kind.get("sage-order", [])
    if not sales:
        return _with(order, (_missing("sage-order", "Sage does not have the order yet"),))
    documents = (
        *_despatches(by_kind, books, goods),
        *_invoices(by_kind, books, "sage-invoice"),
        *_invoices(by_kind, books, "sage-credit"),
        *(_receipt(tie, by_kind, books) for tie in by_kind.get("sage-receipt", [])),
        *_strays(by_kind, books),
    )
    trees = [Node("sage-order", tie.number, tie.identifier, text=books.made, step=tie.step) for tie in sales]
    return _with(order, (_with(trees[0], documents), *trees[1:]))


def traverse(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for child in node.children:
        yield from traverse(child)


def gaps(node: Node) -> list[str]:
    """What is missing of the chain, in words; empty = complete."""
    return [
        f"{NAMES.get(each.kind, each.kind)}{' ' + each.number if each.number else ''}: {each.text or 'missing'}"
        for each in traverse(node)
        if each.presence is Presence.MISSING
    ]


def untold(node: Node) -> list[str]:
    """What the product does not report."""
    return [each.text for each in traverse(node) if each.presence is Presence.NOT_LINKED]


# --- documents ----------------------------------------------------------------------------------


def _despatches(by_kind: Mapping[str, list[Tie]], books: Books, goods: bool) -> Iterator[Node]:
    found = by_kind.get("sage-despatch", [])
    for tie in found:
        below = (_mirrored(tie, by_kind, len(found)),)
        yield Node(tie.kind, tie.number, tie.identifier, children=below, step=tie.step)
    if not found and goods:
        if "order-despatch" in books.links:
            yield _missing("sage-despatch", "nothing despatched yet")
        else:
            yield _not_linked("sage-despatch", "Sage does not report which order a despatch belongs to")


def _invoices(by_kind: Mapping[str, list[Tie]], books: Books, kind: str) -> Iterator[Node]:
    found = by_kind.get(kind, [])
    for tie in found:
        invoice = books.invoices.get(tie.identifier)
        entry = _entry_of(tie, by_kind, books)
        children = [_mirrored(tie, by_kind, len(found)), *_entry(entry, tie, books)]
        yield Node(
            kind,
            tie.number,
            tie.identifier,
            amount=invoice.gross if invoice else None,
            children=tuple(children),
            day=invoice.day if invoice else None,
        )
    if not found and kind == "sage-invoice":
        if "order-invoice" in books.links:
            yield _missing(kind, "not invoiced yet")
        else:
            yield _not_linked(kind, "Sage does not report which order an invoice belongs to")


def _mirrored(tie: Tie, by_kind: Mapping[str, list[Tie]], siblings: int) -> Node:
    """Magento's document for one of Sage's: recorded in the same step, or the only one there is."""
    kind = MIRRORED[tie.kind]
    candidates = by_kind.get(kind, [])
    for each in candidates:
        if tie.step is not None and each.step == tie.step:
            return Node(kind, each.number, each.identifier, step=each.step)
    if len(candidates) == 1 and siblings == 1:
        (each,) = candidates
        return Node(kind, each.number, each.identifier, step=each.step)
    return _missing(kind, "not written to Magento yet")


def _entry_of(tie: Tie, by_kind: Mapping[str, list[Tie]], books: Books) -> LedgerEntry | None:
    """The sales ledger's entry of an invoice: it names the invoice's number."""
    for entry in books.entries.values():
        if tie.number and entry.reference == tie.number:
            return entry
    for each in by_kind.get("sage-entry", []):
        if tie.step is not None and each.step == tie.step:
            return books.entries.get(each.identifier) or books.entries.get(each.number)
    return None


def _entry(entry: LedgerEntry | None, tie: Tie, books: Books) -> Iterator[Node]:
    if entry is None:
        if "invoice-entry" in books.links:
            yield _missing("sage-entry", f"{NAMES[tie.kind]} {tie.number} is not posted, or not read yet")
        else:
            yield _not_linked("sage-entry", "Sage does not report which invoice a ledger entry belongs to")
        return
    yield Node(
        "sage-entry",
        entry.urn,
        entry.id,
        text=f"{entry.kind} {entry.reference}".strip(),
        amount=entry.gross,
        children=(*_postings(entry.urn, books), *_payment(entry, tie)),
        day=entry.day,
    )


def _postings(urn: str, books: Books) -> Iterator[Node]:
    lines = books.postings.get(urn, ())
    for line in lines:
        side = "debit" if line.debit else "credit"
        period = f", period {line.period}" if line.period else ""
        yield Node(
            "posting",
            line.account,
            urn,
            text=f"{side} {shown(line.debit or line.credit)}{period}",
            amount=line.debit - line.credit,
            day=line.day,
        )
    if lines and (balance := total(line.debit - line.credit for line in lines)) != ZERO:
        yield _missing(
            "posting", (f"ledger entry {urn} does not balance: debit and credit differ by {shown(balance)}")
        )
    entry = books.entries.get(urn)
    if not lines and (entry is None or entry.gross != ZERO):  # an entry over nothing posts nothing
        if urn in books.refused:
            yield _missing("posting", f"ledger entry {urn} is not posted: {books.refused[urn]}")
        elif "entry-postings" in books.links:
            yield _missing("posting", f"the postings of ledger entry {urn} have not been read yet")
        else:
            yield _not_linked("posting", "Sage does not report which ledger entry a posting belongs to")


def _payment(entry: LedgerEntry, tie: Tie) -> Iterator[Node]:
    if tie.kind != "sage-invoice":
        return
    if entry.outstanding == ZERO:
        when = f" on {entry.settled.isoformat()}" if entry.settled else ""
        yield Node("payment", text=f"paid in full{when}", amount=entry.gross, day=entry.settled)
    else:
        yield Node(
            "payment",
            presence=Presence.MISSING,
            text=f"{shown(entry.outstanding)} of {shown(entry.gross)} open",
            amount=entry.gross - entry.outstanding,
        )


def _receipt(tie: Tie, by_kind: Mapping[str, list[Tie]], books: Books) -> Node:
    names = (tie.identifier, tie.number)
    entry = next((each for each in books.entries.values() if each.urn in names or each.id in names), None)
    if entry is None:
        return Node(tie.kind, tie.number, tie.identifier)
    loose = f"{shown(entry.outstanding)} not allocated" if entry.outstanding else "allocated"
    return Node(
        tie.kind,
        tie.number,
        tie.identifier,
        text=loose,
        amount=entry.gross,
        children=tuple(_postings(entry.urn, books)),
        day=entry.day,
    )


def _strays(by_kind: Mapping[str, list[Tie]], books: Books) -> Iterator[Node]:
    """Entries that the ledger has tied but no invoice of the chain names."""
    shown_below = {
        entry.id
        for kind in ("sage-invoice", "sage-credit")
        for tie in by_kind.get(kind, [])
        if (entry := _entry_of(tie, by_kind, books)) is not None
    }
    receipts = {name for tie in by_kind.get("sage-receipt", []) for name in (tie.identifier, tie.number)}
    for tie in by_kind.get("sage-entry", []):
        entry = books.entries.get(tie.identifier) or books.entries.get(tie.number)
        if entry is None and not by_kind.get("sage-invoice"):
            yield Node(tie.kind, tie.number, tie.identifier)
        elif entry is not None and entry.id not in shown_below and not {entry.urn, entry.id} & receipts:
            yield Node(
                tie.kind,
                entry.urn,
                entry.id,
                amount=entry.gross,
                children=tuple(_postings(entry.urn, books)),
                day=entry.day,
            )


def _with(node: Node, children: Iterable[Node]) -> Node:
    return replace(node, children=(*node.children, *children))


def _missing(kind: str, text: str) -> Node:
    return Node(kind, presence=Presence.MISSING, text=text)


def _not_linked(kind: str, text: str) -> Node:
    return Node(kind, presence=Presence.NOT_LINKED, text=text)
