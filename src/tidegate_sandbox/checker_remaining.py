"""The checker of what a shop takes back: pieces cancelled or refunded before an order is sent, and after it.

Shares no code with the hub. Every credit memo, and the cancellation of the rest, makes another version of
an order; the company may have any of them, since nobody outside can tell which one the hub last read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Book = Mapping[str, Any]
ZERO = Decimal(0)
SIDES = ("", "base_")
#: Orders of the company that are no longer to be delivered.
OVER = ("deleted", "cancelled")


@dataclass(frozen=True)
class Version:
    """An order as it was at some time: the pieces that remained, the totals in both currencies, and what paid.

    The totals are at full value: what gift cards and the like have paid, ``paid``, is part of them.
    """

    pieces: Mapping[str, Decimal]
    total: Decimal
    base_total: Decimal
    paid: Decimal
    base_paid: Decimal


def versions(order: Book) -> Iterator[Version]:
    """As it was placed, after each credit memo, and each of these with the rest cancelled."""
    gone = {sku: Decimal(count) for sku, count in order["cancelled"].items()}
    for count in range(len(order["creditmemos"]) + 1):
        memos = order["creditmemos"][:count]
        for cancelled in (False, True) if gone else (False,):
            pieces = {sku: Decimal(ordered) for sku, ordered in order["pieces"].items()}
            paid = [_paid(order, side) for side in SIDES]
            totals = [money(order, side) for side in SIDES]
            for memo in memos:
                for sku, taken in picked(order, memo).items():
                    pieces[sku] -= taken
                totals = [each - money(memo, side) for each, side in zip(totals, SIDES, strict=True)]
                paid = [each - _paid(memo, side) for each, side in zip(paid, SIDES, strict=True)]
            if cancelled:
                pieces = {sku: left - gone.get(sku, ZERO) for sku, left in pieces.items()}
                totals = [
                    total - Decimal(str(order[side + "total_canceled"] or 0))
                    for total, side in zip(totals, SIDES, strict=True)
                ]
            yield Version({sku: left for sku, left in pieces.items() if left > 0}, *totals, *paid)


def money(document: Book, side: str) -> Decimal:
    """What an order or credit memo comes to, with what gift cards and the like have paid of it or got back."""
    return Decimal(str(document[f"{side}grand_total"])) + _paid(document, side)


def _paid(document: Book, side: str) -> Decimal:
    return Decimal(document.get(f"{side}paid", 0))


def picked(order: Book, memo: Book) -> dict[str, Decimal]:
    """The pieces of a credit memo by what is picked; a configurable and its variant are reported twice."""
    rows = {row["order_item_id"]: row for row in memo["items"]}
    found: dict[str, Decimal] = {}
    for item_id, row in rows.items():
        parent = rows.get(order["parents"].get(item_id))
        sku = product(order, row)
        variant = parent is not None and product(order, parent) == sku
        if sku in order["pieces"] and not variant:
            found[sku] = found.get(sku, ZERO) + Decimal(row["qty"])
    return found


def product(order: Book, row: Book) -> str:
    """The product's own SKU of a document's line, whose own may have options added."""
    return str(order["products"].get(row["order_item_id"], row["sku"]))


def remaining(order: Book) -> Mapping[str, Decimal]:
    """The pieces that remain now."""
    return list(versions(order))[-1].pieces


def charges_alone(order: Book) -> bool:
    """Whether all its pieces are taken back at some time and a fee or carriage is kept: no order of goods."""
    return any(not each.pieces and each.total > 0 for each in versions(order))


def sent_in_between(order: Book, stored: Book, within: Decimal) -> bool:
    """Whether the company has the order as it was after something was taken back, and before more was.

    Only the ledger knows with what it was sent: an older one has forgotten it, another hub's one knows it alone.
    """
    between = list(versions(order))[1:-1]
    gross = Decimal(stored["gross"])
    return any(abs(gross - each) <= within for one in between for each in (one.total, one.base_total))


def owed_there(there: Book) -> dict[str, Decimal]:
    """The pieces that the company delivers, or has delivered and not taken back."""
    found: dict[str, Decimal] = {}
    for line in there["lines"]:
        if line["kind"] == "item":
            left = Decimal(line["quantity"]) - Decimal(line["credited"])
            found[line["code"]] = found.get(line["code"], ZERO) + left
    return found


def taken_back_there_too(order: Book, found: Sequence[Book], reported: Sequence[Book]) -> str:
    """What is wrong when the company goes on to deliver what the shop has taken back, and nobody was asked."""
    live = [each for each in found if each["status"] not in OVER]
    if not live or order["state"] == "canceled":  # the whole order is another promise
        return ""
    left, there = remaining(order), owed_there(live[0])
    more = {sku: count - left.get(sku, ZERO) for sku, count in there.items() if count > left.get(sku, ZERO)}
    if not more or any(
        each["flow"] in ("orders", "credits") and each["state"] == "review" for each in reported
    ):
        return ""
    return f"the shop has taken back { ({sku: str(count) for sku, count in more.items()}) } of {live[0]['number']}"


def cancelled_here_too(order: Book, found: Sequence[Book], reported: Sequence[Book]) -> str:
    """What is wrong when the company has cancelled an order, the shop has it alive, and it was reported to nobody."""
    kept = [each for each in found if each["status"] != "deleted"]
    alive = order["state"] in ("new", "processing", "complete") and bool(remaining(order))
    if not alive or not kept or any(each["status"] != "cancelled" for each in kept):
        return ""
    asked = any(each["flow"] in ("orders", "order-status") and each["state"] == "review" for each in reported)
    carried = any(each["step"].startswith("standing-") and each["state"] == "confirmed" for each in reported)
    return "" if asked or carried else f"{kept[0]['number']} is cancelled, the shop has the order alive"


def waits_with_its_order(step: Book, deliveries: Sequence[Book]) -> bool:
    """What the shop took back, or shipped, is dealt with when the order is settled; until then the order says why."""
    return (
        step["state"] == "queued"
        and step["step"].startswith(("reduced-", "company-invoice"))
        and any(
            each["entity_id"] == step["entity_id"]
            and (each["flow"], each["step"]) == ("orders", "order")
            and each["state"] in ("held", "review")
            for each in deliveries
        )
    )
