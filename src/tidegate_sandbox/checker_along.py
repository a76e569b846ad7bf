"""Checks of what goes along: products that the shop ships and the company knows as text only.

No despatch of the company names them. They are shipped with the goods that complete the order, as they are
invoiced with them; else the order never completes, and their pieces stay reserved for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from tidegate_sandbox.checker import EXPLAINED, Book, Terms, Verdict
from tidegate_sandbox.checker_documents import Case, Pieces, add, cases, picked, steps
from tidegate_sandbox.checker_remaining import product


def set_aside(shop: Book, skus: Collection[str]) -> None:
    """Take these products out of the pieces that the company has to deliver, and remember them as `along`."""
    for order in shop["orders"]:
        order["along"] = {sku: order["pieces"].pop(sku) for sku in skus if sku in order["pieces"]}
        for sku in skus:
            order["cancelled"].pop(sku, None)


def check(shop: Book, company: Book, deliveries: Sequence[Book], terms: Terms, verdict: Verdict) -> None:
    """Orders whose goods have left as a whole; what the shop has refunded need not be shipped."""
    mine = [each for each in shop["orders"] if each["store_id"] in terms.store_ids and each["along"]]
    for case in cases(mine, company, deliveries, terms):
        if case.by_hand() or not goods_have_left(case):
            continue
        left, refunded = along_on(case, "shipments"), along_on(case, "creditmemos")
        missing = {
            sku: count
            for sku, count in case.order["along"].items()
            if left.get(sku, 0) + refunded.get(sku, 0) < Decimal(count)
        }
        asked = any(each["state"] in EXPLAINED for each in steps(case, "shipments", "shipment:"))
        if missing and not asked:
            verdict.lost += 1
            text = f"the goods have left, and of {missing} the shop has shipped {left}"
            verdict.add("what goes along goes along", case.id, text)


def goods_have_left(case: Case) -> bool:
    """Whether the shop has shipped every piece that the company has despatched to complete the order."""
    left = Pieces(Decimal)
    for shipment in case.order["shipments"]:
        add(left, picked(case.order, shipment))
    return dict(left) == {sku: Decimal(count) for sku, count in case.order["pieces"].items()}


def along_on(case: Case, documents: str) -> dict[str, Decimal]:
    """The pieces of what goes along that stand on the shop's documents of one kind."""
    found: dict[str, Decimal] = {}
    for document in case.order[documents]:
        for row in document["items"]:
            sku = product(case.order, row)
            if sku in case.order["along"]:
                found[sku] = found.get(sku, Decimal(0)) + Decimal(row["qty"])
    return found
