"""Checks of chains: what the hub's trace tells of an order against the books of both systems.

Shares no code with the hub. A chain is whole when it names every document that the company has, and no
other; what it calls missing must be missing, and what it calls there must be there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from tidegate_sandbox.checker import Book, Terms, Verdict
from tidegate_sandbox.checker_documents import KINDS, Case, Kind, cases, steps
from tidegate_sandbox.checker_receipts import receipts

#: How the trace calls the company's documents, and the shop's that stand for them.
NODES = {
    "shipments": ("sage-despatch", "magento-shipment"),
    "invoices": ("sage-invoice", "magento-invoice"),
    "credits": ("sage-credit", "magento-credit"),
}
THERE, MISSING = "there", "missing"


def check(
    shop: Book,
    company: Book,
    deliveries: Sequence[Book],
    chains: Mapping[int, Book],
    terms: Terms,
    verdict: Verdict,
) -> None:
    """The chain of every order that is confirmed in the company. `chains`: the hub's own, by the shop's id."""
    if not {*NODES, "payments"} <= terms.flows:
        return
    mine = [each for each in shop["orders"] if each["store_id"] in terms.store_ids]
    entries = {each["id"]: each for each in company["transactions"]}
    for case in cases(mine, company, deliveries, terms):
        if not any(each["state"] == "confirmed" for each in steps(case, "orders", "order")):
            continue  # a person has to say first which order it is
        if case.id not in chains:
            verdict.add("the chain is whole", case.id, "the hub has no chain")
            continue
        chain = Chain(case, company, chains[case.id]["tree"], entries)
        for wrong in (*chain.documents(), *chain.receipts(), *chain.ends(chains[case.id])):
            verdict.add("the chain is whole", case.id, wrong)


class Chain:
    """One order's chain as `tidegate trace` shows it, beside what the books say of it."""

    def __init__(self, case: Case, company: Book, tree: Book, entries: Mapping[int, Book]) -> None:
        self._case = case
        self._company = company
        self._nodes = list(traverse(tree))
        self._entries = entries

    def documents(self) -> Iterator[str]:
        """What is wrong with despatches, invoices and credit notes, and with what hangs on them."""
        for kind in KINDS:
            name, mirrored = NODES[kind.flow]
            listed_nodes = {node["number"]: node for node in self._listed(name)}
            store_documents = self._case.documents[kind.flow]
            if listed_nodes.keys() != store_documents.keys():
                yield f"{name}: listed {sorted(listed_nodes)}, the company has {sorted(store_documents)}"
            for number in listed_nodes.keys() & store_documents.keys():
                yield from self._mirrored(kind, listed_nodes[number], mirrored)
                if kind.flow != "shipments":
                    yield from self._entry(listed_nodes[number], store_documents[number])

    def receipts(self) -> Iterator[str]:
        """What is wrong with the receipts, as far as their number names this order alone."""
        reference = self._case.there["reference"]
        if len(self._company["orders_by_reference"][reference]) > 1:
            return
        booked = {
            str(each["urn"]): each for each in receipts(self._company) if each["reference"] == reference
        }
        listed_nodes = {node["number"]: node for node in self._listed("sage-receipt")}
        if listed_nodes.keys() != booked.keys():
            yield f"receipts: listed {sorted(listed_nodes)}, the company has {sorted(booked)}"
        for urn in listed_nodes.keys() & booked.keys():
            yield from self._postings(listed_nodes[urn], urn)
            if (listed_nodes[urn]["text"] == "allocated") != (not Decimal(booked[urn]["outstanding"])):
                yield f"receipt {urn}: {listed_nodes[urn]['text']}, {booked[urn]['outstanding']} is open"

    def ends(self, chain: Book) -> Iterator[str]:
        """Complete is what misses nothing; what has left and was billed, in the shop, in the books and paid."""
        missing = [node["kind"] for node in self._nodes if node["presence"] == MISSING]
        if chain["complete"] == bool(missing) or len(chain["missing"]) != len(missing):
            yield f"complete: {chain['complete']}, missing {missing}, listed {chain['missing']}"
        store_documents = self._case.documents
        if chain["complete"] and not (store_documents["shipments"] and store_documents["invoices"]):
            yield "complete, and the company has not despatched or not invoiced it"

    def _listed(self, kind: str) -> list[Book]:
        return [node for node in self._nodes if node["kind"] == kind and node["presence"] == THERE]

    def _mirrored(self, kind: Kind, node: Book, name: str) -> Iterator[str]:
        """The shop's document of one of the company's."""
        found = [child for child in node["children"] if child["kind"] == name]
        ids = {str(document["entity_id"]) for document in self._case.order[kind.shop]}
        marks = {number for number, _ in self._case.marked(kind)}
        if len(found) != 1:
            yield f"{node['kind']} {node['number']}: {len(found)} documents of the shop are listed"
        for child in found:
            if child["presence"] == THERE and child["identifier"] not in ids:
                yield f"{name} {child['number']} is listed; the store does not have it"
            waits = any(each["state"] != "confirmed" for each in steps(self._case, kind.flow, kind.step))
            if child["presence"] == MISSING and node["number"] in marks and not waits:
                yield f"{name} of {node['number']} is called missing; the store has it"

    def _entry(self, node: Book, company_document: Book) -> Iterator[str]:
        """The sales ledger's entry of an invoice or credit note, its postings and what is left to pay."""
        found = [child for child in node["children"] if child["kind"] == "sage-entry"]
        entry = self._entries.get(company_document["transaction_id"])
        listed_nodes = [child["number"] for child in found if child["presence"] == THERE]
        booked = [] if entry is None else [str(entry["urn"])]
        if listed_nodes != booked or len(found) != 1:
            yield f"entry of {node['number']}: listed {listed_nodes}, the company has {booked}"
            return
        if entry is None:
            return
        yield from self._postings(found[0], booked[0])
        paid = [child["presence"] for child in found[0]["children"] if child["kind"] == "payment"]
        expected = [] if company_document["credit"] else [MISSING if Decimal(entry["outstanding"]) else THERE]
        if paid != expected:
            yield f"payment of {node['number']}: listed {paid}, {entry['outstanding']} is open"

    def _postings(self, node: Book, urn: str) -> Iterator[str]:
        """Accounts and amounts (debit less credit) of an entry."""
        listed_nodes = Counter(
            (child["number"], Decimal(child["amount"]))
            for child in node["children"]
            if child["kind"] == "posting" and child["presence"] == THERE
        )
        booked = Counter(
            (row["account"], Decimal(row["debit"]) - Decimal(row["credit"]))
            for journal in self._company["journals"]
            if str(journal["urn"]) == urn
            for row in journal["rows"]
        )
        if listed_nodes != booked:
            yield f"postings of {urn}: listed {dict(listed_nodes)}, the company has {dict(booked)}"


def traverse(node: Book) -> Iterator[Book]:
    """The node and everything below it."""
    yield node
    for child in node["children"]:
        yield from traverse(child)
