"""Checks of what documents come to: the shop's invoices and credit memos against the company's.

The shop puts all carriage and fees on an order's first invoice and parts tax by its own rounding: a document
may be apart by rounding, an invoice of a part by the order's charges, and all invoices of an order together make
what the company has invoiced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from tidegate_sandbox.checker import Book, Terms, Verdict
from tidegate_sandbox.checker_documents import KINDS, Case, Kind, Pieces, add, cases, picked, steps

CENT = Decimal("0.01")
ZERO = Decimal(0)


def check(shop: Book, company: Book, deliveries: Sequence[Book], terms: Terms, verdict: Verdict) -> None:
    """Every invoice and credit memo that the hub made, unless a person was asked about one of that order."""
    mine = [each for each in shop["orders"] if each["store_id"] in terms.store_ids]
    for case in cases(mine, company, deliveries, terms):
        for kind in KINDS[1:]:
            if kind.flow in terms.flows and not asked(case, kind) and all_ours(case, kind):
                same_totals(case, kind, terms, verdict)


def asked(case: Case, kind: Kind) -> bool:
    """Whether a document of the order waits for a person, or was linked or left out by one."""
    return any(each["state"] != "confirmed" for each in steps(case, kind.flow, kind.step))


def all_ours(case: Case, kind: Kind) -> bool:
    """Whether nobody has made such a document by hand, which contains what the company's does."""
    return len(case.order[kind.shop]) == len({document["entity_id"] for _, document in case.marked(kind)})


def same_totals(case: Case, kind: Kind, terms: Terms, verdict: Verdict) -> None:
    """The shop's document comes to what the company's does, all its parts together."""
    side = "" if terms.order_currencies[case.order["store_id"]] == terms.currency else "base_"
    here: defaultdict[str, Decimal] = defaultdict(Decimal)
    for number, document in case.marked(kind):
        here[number] += Decimal(str(document[f"{side}grand_total"])) + Decimal(document[f"{side}paid"])
    there = {number: worth(case, document) for number, document in case.documents[kind.flow].items()}
    for number, value in here.items():
        if number not in there:
            continue  # another promise
        lines = case.documents[kind.flow][number]["lines"]
        limit = max(terms.tolerance, CENT * len(lines))
        apart = abs(value - there[number])
        if kind.flow == "invoices" and apart > limit:
            together = (
                abs(total(here.values()) - total(there.values())) if here.keys() == there.keys() else apart
            )
            apart = min(together, max(apart - charges(case), ZERO) if not finished(case) else apart)
        if apart > limit:
            text = f"{kind.mark} {number} is {there[number]}, the shop's document {value}"
            verdict.add("documents come to the same", case.id, text)


def worth(case: Case, document: Book) -> Decimal:
    """What the order has of a document of the company, which may be of several orders."""
    if len(document["order_ids"]) == 1:
        return Decimal(document["gross"])
    own = {line["id"] for line in case.there["lines"]}
    return total(
        Decimal(line["net"]) + Decimal(line["tax"]) for line in document["lines"] if line["line_id"] in own
    )


def charges(case: Case) -> Decimal:
    """What the company charges besides goods: carriage, fees, and texts with a price."""
    return total(
        Decimal(line["net"]) + Decimal(line["tax"]) for line in case.there["lines"] if line["kind"] != "item"
    )


def finished(case: Case) -> bool:
    """Whether the shop has invoiced every piece."""
    invoiced = Pieces(Decimal)
    for document in case.order["invoices"]:
        add(invoiced, picked(case.order, document))
    return all(invoiced[sku] >= Decimal(count) for sku, count in case.order["pieces"].items())


def total(amounts: Iterable[Decimal]) -> Decimal:
    """All of them together."""
    return sum(amounts, ZERO)
