"""Checks of what follows an order: shipments, invoices, credit memos, payments reported.

Shares no code with the hub. A document that the hub made says in its comment which of the company's
documents it stands for; that mark, the pieces on both sides and the mails are all that is looked at.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tidegate_sandbox.checker import EXPLAINED, Book, Terms, Verdict, created, found_there
from tidegate_sandbox.checker_by_hand import completed
from tidegate_sandbox.checker_credits import fees_differ, of_nothing
from tidegate_sandbox.checker_remaining import product

Pieces = defaultdict[str, Decimal]
ZERO = Decimal(0)


@dataclass(frozen=True)
class Kind:
    """One kind of document on both sides."""

    flow: str
    shop: str  #: where the shop's books have it
    mark: str
    step: str  #: how the hub calls the step


KINDS = (
    Kind("shipments", "shipments", "Sage despatch", "shipment:"),
    Kind("invoices", "invoices", "Sage invoice", "invoice:"),
    Kind("credits", "creditmemos", "Sage credit note", "credit:"),
)
#: How the hub calls the step that asks about pieces which a shipment does not have.
LEFT_OUT = "left-out:"


@dataclass(frozen=True)
class Case:
    """One order on both sides, with what the hub says of it."""

    order: Book
    there: Book
    documents: Mapping[str, Mapping[str, Book]]  #: the company's by flow and number
    reported: Sequence[Book]

    @property
    def id(self) -> int:
        """The shop's id of the order."""
        found: int = self.order["entity_id"]
        return found

    def codes(self) -> dict[int, str]:
        """Which item each of the company's order lines is of."""
        return {line["id"]: line["code"] for line in self.there["lines"] if line["kind"] == "item"}

    def there_of(self, document: Book) -> Pieces:
        """The pieces of the order's goods on one of the company's documents."""
        codes, found = self.codes(), Pieces(Decimal)
        for line in document["lines"]:
            code = codes.get(line["line_id"], "")
            if code in self.order["pieces"]:
                found[code] += Decimal(line["quantity"])
        return found

    def marked(self, kind: Kind) -> list[tuple[str, Book]]:
        """The shop's documents that carry a mark, with the company's number."""
        found = []
        for document in self.order[kind.shop]:
            for comment in document["comments"]:
                named = re.match(rf"{kind.mark} ([\w-]+)", comment or "")
                if named:
                    found.append((named[1], document))
        return found

    def by_hand(self) -> bool:
        """Whether somebody made a document in the shop, or ended the order there."""
        unmarked = any(
            len(self.order[kind.shop]) > len({doc["entity_id"] for _, doc in self.marked(kind)})
            for kind in KINDS
        )
        return unmarked or self.order["state"] in ("canceled", "closed", "holded")


def picked(order: Book, document: Book) -> Pieces:
    """The pieces of a shop's document by what is picked; a composite's own row is none."""
    found = Pieces(Decimal)
    rows = {row["order_item_id"]: row for row in document["items"]}
    for item_id, row in rows.items():
        parent = rows.get(order["parents"].get(item_id))
        sku = product(order, row)
        variant = parent is not None and product(order, parent) == sku  # it stands with its configurable, too
        if sku in order["pieces"] and not variant:
            found[sku] += Decimal(row["qty"])
    return found


def kinds_of(order: Book) -> tuple[Kind, ...]:
    """The documents that the shop makes of an order: nobody can ship a virtual one."""
    return KINDS[1:] if order["virtual"] else KINDS


def check(shop: Book, company: Book, deliveries: Sequence[Book], terms: Terms, verdict: Verdict) -> None:
    """All documents of the orders that stand in the company once; only of flows that run."""
    mine = [each for each in shop["orders"] if each["store_id"] in terms.store_ids]
    for case in cases(mine, company, deliveries, terms):
        for kind in kinds_of(case.order):
            if kind.flow in terms.flows:
                made_once(case, kind, verdict)
                confirmed_is_there(case, kind, company, terms, verdict)
                nothing_missing(case, kind, company, terms, verdict)
        if "shipments" in terms.flows:
            reported_once(case, verdict)
        if {"shipments", "invoices"} <= terms.flows:
            in_order(case, verdict)
        if "payments" in terms.flows:
            payments_reported(case, company, verdict)


def made(orders: Iterable[Book], flow: str) -> int:
    """How many documents of one kind the hub has made in the shop."""
    kind = next(each for each in KINDS if each.flow == flow)
    return sum(
        any((comment or "").startswith(kind.mark) for comment in document["comments"])
        for order in orders
        for document in order[kind.shop]
    )


def cases(mine: Iterable[Book], company: Book, deliveries: Sequence[Book], terms: Terms) -> Iterator[Case]:
    """The orders that the company has once, and has not deleted."""
    reported: dict[int, list[Book]] = {}
    for each in deliveries:
        if each["entity_id"] is not None:
            reported.setdefault(each["entity_id"], []).append(each)
    for order in mine:
        live = [each for each in found_there(order, company, terms) if each["status"] != "deleted"]
        if len(live) == 1 and created(order) >= terms.since:
            there = live[0]
            documents = {
                "shipments": {
                    each["number"]: each for each in company["despatches"] if each["order_id"] == there["id"]
                },
                "invoices": bills(company, there, credit=False),
                "credits": bills(company, there, credit=True),
            }
            yield Case(order, there, documents, reported.get(order["entity_id"], ()))


def bills(company: Book, there: Book, *, credit: bool) -> dict[str, Book]:
    """The company's invoices, or credit notes, of an order by their numbers."""
    return {
        each["number"]: each
        for each in company["invoices"]
        if each["credit"] is credit and there["id"] in each["order_ids"]
    }


def made_once(case: Case, kind: Kind, verdict: Verdict) -> None:
    """One document for each of the company's, with no piece more than that has."""
    pieces: dict[str, Pieces] = {}
    there: set[tuple[str, str]] = set()
    for number, document in case.marked(kind):
        if (number, part(document)) in there:
            verdict.doubled += 1
            verdict.add("never twice", case.id, f"{kind.mark} {number} stands in the shop twice")
        there.add((number, part(document)))
        add(pieces.setdefault(number, Pieces(Decimal)), picked(case.order, document))
    for number, here in pieces.items():
        theirs = case.documents[kind.flow].get(number)
        if theirs is None:
            verdict.add("nothing is invented", case.id, f"the company has no {kind.mark[5:]} {number}")
        elif (
            here != case.there_of(theirs)
            and not completed(here, case.there_of(theirs), by_hand(case, kind), among=kind.flow == "invoices")
            and not asked_about(case, kind, number, here, case.there_of(theirs))
        ):
            both = f"company {dict(case.there_of(theirs))}, store {dict(here)}"
            verdict.add("documents agree", case.id, f"{kind.mark} {number}: {both}")


def by_hand(case: Case, kind: Kind) -> list[Pieces]:
    """The pieces of the shop's documents that carry no mark of the hub."""
    marked = {document["entity_id"] for _, document in case.marked(kind)}
    return [picked(case.order, each) for each in case.order[kind.shop] if each["entity_id"] not in marked]


def asked_about(case: Case, kind: Kind, number: str, here: Pieces, there: Pieces) -> bool:
    """Whether a person has been asked about this very document, with every product of which it has too few pieces."""
    lacking = [sku for sku, count in there.items() if here.get(sku, ZERO) < count]
    too_many = any(count > there.get(sku, ZERO) for sku, count in here.items())
    reasons = [each["reason"] for each in steps(case, kind.flow, LEFT_OUT) if each["state"] in EXPLAINED]
    if (
        case.by_hand()
    ):  # the rest may stand on those, or was taken back there: a person alone can say what holds
        reasons += [each["reason"] for each in steps(case, kind.flow, kind.step) if each["state"] == "review"]
    return not too_many and any(
        number in reason and all(sku in reason for sku in lacking) for reason in reasons
    )


def part(document: Book) -> str:
    """Which part of the company's document it says it is; a shop may take a few lines a call only."""
    found = (re.search(r", part (\d+)", comment or "") for comment in document["comments"])
    return next((each[1] for each in found if each), "")


def add(pieces: Pieces, more: Pieces) -> None:
    """So many pieces more."""
    for sku, count in more.items():
        pieces[sku] += count


def confirmed_is_there(case: Case, kind: Kind, company: Book, terms: Terms, verdict: Verdict) -> None:
    """What the hub calls confirmed is there."""
    marks = {number for number, _ in case.marked(kind)}
    for each in steps(case, kind.flow, kind.step):
        confirmed = each["state"] == "confirmed" and not each["adopted"]
        if confirmed and not any(
            str(doc["entity_id"]) == str(each["target_id"]) for doc in case.order[kind.shop]
        ):
            verdict.lost += 1
            verdict.add("reports are true", case.id, f"{each['step']} is confirmed; the store has {marks}")


def nothing_missing(case: Case, kind: Kind, company: Book, terms: Terms, verdict: Verdict) -> None:
    """What the company did stands in the shop, or waits for a person with a reason that can be seen."""
    marks = {number for number, _ in case.marked(kind)}
    adopted = any(each["adopted"] for each in steps(case, kind.flow, kind.step))
    for number, document in case.documents[kind.flow].items():
        if number in marks or not case.there_of(document) or not due(kind, document, company, terms):
            continue
        waiting = [each for each in steps(case, kind.flow, kind.step) if each["state"] in EXPLAINED]
        if not waiting and not adopted:
            verdict.lost += 1
            verdict.add("nothing is lost", case.id, f"{kind.mark} {number} is not in the store")
        elif not case.by_hand() and not excused(case, kind) and not other_fees(case, kind, document, terms):
            reasons = [f"{each['state']}: {each['reason']}" for each in waiting]
            verdict.unexplained += 1
            verdict.add("nothing is stuck", case.id, f"{kind.mark} {number}: {reasons}")


def excused(case: Case, kind: Kind) -> bool:
    """A person has to decide about the order itself, or about a document that comes before this one."""
    if kind.flow != "shipments" and case.order["parents"]:
        return True  # the shop invoices and credits a bundle as a whole only
    asked = [each for each in case.reported if each["state"] == "review"]
    first = ("orders", *(one.flow for one in KINDS[: KINDS.index(kind)]))
    return any(each["flow"] in first for each in asked)


def other_fees(case: Case, kind: Kind, document: Book, terms: Terms) -> bool:
    """Whether it is a credit note whose fees the shop would give back otherwise: that is a person's."""
    if kind.flow != "credits":
        return False
    # The shop's first memo is not always of the first note.
    made = {number for number, _ in case.marked(kind)}
    notes = case.documents["credits"].items()
    before = [note for number, note in notes if number in made and note["id"] < document["id"]]
    return fees_differ(case.order, case.there, document, before, terms)


def due(kind: Kind, document: Book, company: Book, terms: Terms) -> bool:
    """Whether the shop is to have it by now: by rule, an invoice only when it is paid."""
    if document.get("void") or (kind.flow == "credits" and of_nothing(document, company)):
        return False
    if kind.flow == "shipments" or terms.invoice_when == "invoice":
        return True
    if kind.flow == "invoices":
        return paid(document, company)
    ids = set(document["order_ids"])
    before = [each for each in company["invoices"] if not each["credit"] and ids & set(each["order_ids"])]
    return all(paid(each, company) for each in before)


def paid(document: Book, company: Book) -> bool:
    """Whether nothing of an invoice is left to pay; what was voided is paid by nobody."""
    if document.get("void"):
        return False
    entry = {each["id"]: each for each in company["transactions"]}.get(document["transaction_id"])
    return entry is not None and Decimal(entry["outstanding"]) == 0


def steps(case: Case, flow: str, begin: str) -> list[Book]:
    """What the hub says of one kind of step of this order."""
    return [each for each in case.reported if each["flow"] == flow and each["step"].startswith(begin)]


def reported_once(case: Case, verdict: Verdict) -> None:
    """One mail for each despatch that the hub reported, and each tracking number once."""
    mails = Counter(id for kind, id in case.order["mails"] if kind == "shipment")
    parts: dict[str, list[Book]] = {}
    for number, shipment in case.marked(KINDS[0]):
        parts.setdefault(number, []).append(shipment)
    for number, shipments in parts.items():
        sent = sum(mails[shipment["entity_id"]] for shipment in shipments)
        if sent != 1:
            verdict.add("reported once", case.id, f"{sent} mails about the shipment of despatch {number}")
        despatch = case.documents["shipments"].get(number)
        tracks = Counter(track["track_number"] for shipment in shipments for track in shipment["tracks"])
        if despatch is not None and despatch["consignment"]:
            tracks.setdefault(despatch["consignment"], 0)
        for track, count in tracks.items():
            waits = any(each["state"] in EXPLAINED for each in steps(case, "shipments", "track:"))
            if count > 1 or (not count and not waits):
                verdict.add("reported once", case.id, f"tracking number {track} stands {count} times")


def in_order(case: Case, verdict: Verdict) -> None:
    """No piece is invoiced in the shop before it is shipped there."""
    if case.by_hand() or case.order["virtual"]:
        return
    steps = [
        (document["created_at"], place, picked(case.order, document))
        for place, kind in enumerate(KINDS[:2])
        for _, document in case.marked(kind)
    ]
    shipped, invoiced = Pieces(Decimal), Pieces(Decimal)
    for _, place, pieces in sorted(steps, key=lambda step: step[:2]):
        add(invoiced if place else shipped, pieces)
        if any(count > shipped[sku] for sku, count in invoiced.items()):
            verdict.add("documents keep their order", case.id, "invoiced in the store before it was shipped")
            return


def payments_reported(case: Case, company: Book, verdict: Verdict) -> None:
    """That an invoice is paid is said once, and only when it is."""
    for number, invoice in case.documents["invoices"].items():
        said = sum(comment["text"] == f"Sage invoice {number} is paid" for comment in case.order["comments"])
        if said > 1:
            verdict.add("reported once", case.id, f"{said} comments say that invoice {number} is paid")
        if said and not paid(invoice, company):
            verdict.add("reports are true", case.id, f"invoice {number} is called paid and is not")
        if (
            paid(invoice, company)
            and Decimal(invoice["gross"])
            and not [each for each in steps(case, "payments", "payment:") if each["step"].endswith(number)]
        ):
            verdict.lost += 1
            verdict.add("nothing is lost", case.id, f"nobody was notified that invoice {number} is paid")
