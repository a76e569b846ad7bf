"""Checks of the hub's reconciliation: what it names is apart in the books, and what is apart it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tidegate_sandbox.checker import Book, Terms, Verdict, created, found_there, key_of

ZERO = Decimal(0)
#: Steps that carry over what one side has taken back: until they end, a gap rightly waits.
CARRYING = ("cancel", "reduced-", "credit:", "standing-")
WAITING = ("captured", "queued", "sending", "in doubt")
#: States of an order in which the shop takes no documents. At a week's end only these may hold a step that
#: follows by itself; any other held one waits behind what a person is asked about.
PAUSED = ("holded", "payment_review")
#: Why an invoice is held that comes with the company's payment.
UNPAID = "payment-pending"


@dataclass(frozen=True)
class Report:
    """What a reconciliation of the hub said: (kind, order key, gap) of each difference."""

    compared: bool
    unexplained: Decimal
    gaps: tuple[tuple[str, str, Decimal], ...]
    orders: frozenset[str]  #: the keys of the orders that were compared: two stores may give one number


def check(
    shop: Book,
    company: Book,
    deliveries: Sequence[Book],
    reported: Report | None,
    terms: Terms,
    verdict: Verdict,
) -> None:
    """At the end of a week in which both sides answered."""
    if reported is None or not reported.compared:
        return
    if reported.unexplained:
        verdict.add("the report is true", "reconcile", f"{reported.unexplained} is explained by nothing")
    named = {key: (kind, gap) for kind, key, gap in reported.gaps if gap}
    mine = {
        key_of(terms, order): order
        for order in shop["orders"]
        if order["store_id"] in terms.store_ids and created(order) >= terms.since
    }
    for key, order in mine.items():
        apart = gap(order, found_there(order, company, terms), company, terms)
        if apart is None or key not in reported.orders or carrying(order, deliveries):
            continue
        kind, said = named.get(key, ("", ZERO))
        if said != apart:
            text = f"the books are {apart} apart, the report says {said} {kind}".rstrip()
            verdict.add("the report is true", order["increment_id"], text)


def cancelled_there(reported: Report | None) -> frozenset[str]:
    """The keys of the orders that the report names as cancelled in the company and alive in the shop."""
    if reported is None:
        return frozenset()
    return frozenset(key for kind, key, _ in reported.gaps if kind == "cancelled-in-sage")


def gap(order: Book, found: Sequence[Book], company: Book, terms: Terms) -> Decimal | None:
    """By how much the shop has more left of an order than the company; None where nobody can say."""
    sales = [each for each in found if each["status"] != "deleted"]
    if not sales or len(found) > len(sales):
        return None
    side = "" if terms.order_currencies[order["store_id"]] == terms.currency else "base_"
    paid = Decimal(order[f"{side}paid"])
    memos = sum((Decimal(str(each[f"{side}grand_total"])) for each in order["creditmemos"]), ZERO)
    cancelled = Decimal(str(order[f"{side}total_canceled"] or 0))
    if paid and (memos or cancelled):
        return None  # what was given back of a card is not reported
    left = Decimal(str(order[f"{side}grand_total"])) + paid - memos - cancelled
    here = ZERO if order["state"] == "canceled" else left
    ids = {each["id"] for each in sales}
    notes = [each for each in company["invoices"] if each["credit"] and ids & set(each["order_ids"])]
    if any(len(each["order_ids"]) > 1 for each in notes):
        return None
    live = [Decimal(each["gross"]) for each in sales if each["status"] != "cancelled"]
    there = sum(live, ZERO) - (sum((Decimal(each["gross"]) for each in notes), ZERO) if live else ZERO)
    return here - there


def carrying(order: Book, deliveries: Sequence[Book]) -> bool:
    """Whether something of it is still being carried over.

    A credit memo follows by itself when the invoice before it is there, which may wait for the buyer's money.
    """
    steps = [each for each in deliveries if each["entity_id"] == order["entity_id"]]
    unpaid = any(each["state"] == "held" and each["code"] == UNPAID for each in steps)
    waiting = (*WAITING, "held") if unpaid or order["state"] in PAUSED else WAITING
    return any(each["step"].startswith(CARRYING) and each["state"] in waiting for each in steps)
