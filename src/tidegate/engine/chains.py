"""The chain of a traced order as a report: its tree, what is missing, what the product does not report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tidegate.domain.books.chain import NAMES, TIES, Books, Node, Tie, gaps, grow, untold
from tidegate.domain.states import State
from tidegate.flows.stored_order import read_order
from tidegate.ledger import books, marks, refused_postings
from tidegate.ledger.queue import Item
from tidegate.ledger.trace import Trace, TracedSource
from tidegate.sage.port.outcomes import Kind


def named(found: Trace) -> str:
    """The document that an order was found by, in the chain's words."""
    return NAMES.get(found.found_by, found.found_by)


def chain_of(found: Trace) -> Node | None:
    """The tree of a captured order; None without a document."""
    source = found.source
    if source is None:
        return None
    connection = source.connection
    ties = [Tie(link.kind, link.identifier, link.number, link.delivery_id) for link in found.links]
    billed = [tie.identifier for tie in ties if tie.kind in ("sage-invoice", "sage-credit")]
    invoices = {invoice.id: invoice for invoice in books.invoices_named(connection, billed)}
    named = [
        name
        for tie in ties
        if tie.kind in ("sage-entry", "sage-receipt")
        for name in (tie.identifier, tie.number)
    ]
    numbers = [tie.number for tie in ties if tie.kind in ("sage-invoice", "sage-credit") and tie.number]
    entries = {entry.urn: entry for entry in books.entries_named(connection, named, numbers)}
    known = Books(
        invoices=invoices,
        entries=entries,
        postings=books.postings(connection, entries),
        refused=refused_postings.known(connection, entries),
        links=known_ties(connection),
        made=next((kind for each in found.deliveries if (kind := other_kind(each.item))), ""),
    )
    top = Node(
        "magento-order",
        source.increment_id,
        str(source.entity_id),
        text=source.status,
        amount=source.grand_total,
    )
    return grow(top, ties, known, goods=has_goods(source))


def other_kind(item: Item) -> str:
    """What the company made of an order, where that is not an order."""
    return item.target_kind if item.step == "order" and item.target_kind != Kind.ORDER else ""


def known_ties(connection: str) -> frozenset[str]:
    """The ties that the product gives. Before the books were read they are unknown, and missing."""
    written = marks.read(books.ties_mark(connection))
    return TIES if written is None else frozenset(written.split())


def report(found: Trace) -> dict[str, Any] | None:
    """The chain as a plain document; None without a captured order."""
    tree = chain_of(found)
    if tree is None:
        return None
    missing = gaps(tree)
    steps = {each.item.id: each.item for each in found.deliveries}
    top = node(tree, steps)
    if found.source is not None and found.source.source_created_at is not None:
        top["at"] = found.source.source_created_at.isoformat()
    return {"complete": not missing, "missing": missing, "not_told": untold(tree), "tree": top}


def node(each: Node, steps: Mapping[int, Item]) -> dict[str, Any]:
    """One node and what hangs on it; `at` is when it was written, or read, and `day` the day that it bears."""
    step = steps.get(each.step) if each.step is not None else None
    amount = each.amount
    if amount is None and step is not None and each.kind == "sage-order":
        amount = step.target_total
    return {
        "kind": each.kind,
        "number": each.number,
        "identifier": each.identifier,
        "presence": each.presence.value,
        "text": each.text,
        "amount": None if amount is None else format(amount, "f"),
        "day": each.day.isoformat() if each.day else None,
        "at": instant(each, step),
        "children": [node(child, steps) for child in each.children],
    }


def instant(each: Node, step: Item | None) -> str | None:
    """When the step wrote the document; of a despatch, which is read, when it was read."""
    if step is None:
        return None
    if each.kind == "sage-despatch":
        return step.created_at.isoformat()
    return step.changed_at.isoformat() if step.state is State.CONFIRMED else None


def has_goods(source: TracedSource) -> bool:
    """Whether anything of the order leaves a warehouse; an unreadable one is taken for such."""
    try:
        return read_order(source.document).shipping is not None
    except msgspec.DecodeError:
        return True
