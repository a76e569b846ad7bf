"""The checker: compares the books of both systems with what the hub reports of itself.

Shares no code with the hub and reads none of its tables. Everything it is given is plain data:
the shop's and the company's books, and the hub's own JSON reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tidegate_sandbox.checker_accounts import wrong_accounts
from tidegate_sandbox.checker_buyers import account_refuses, no_account_can_have
from tidegate_sandbox.checker_nearest import stands
from tidegate_sandbox.checker_remaining import (
    cancelled_here_too,
    charges_alone,
    sent_in_between,
    taken_back_there_too,
    versions,
    waits_with_its_order,
)
from tidegate_sandbox.checker_tax import taxed_otherwise

Book = Mapping[str, Any]


@dataclass(frozen=True)
class Terms:
    """What the hub promised to do for this shop."""

    store: str
    store_ids: frozenset[int]  #: store views of the connection's websites
    since: datetime
    states: frozenset[str]
    statuses_never: frozenset[str]
    currency: str  #: of the company
    order_currencies: Mapping[int, str]  #: order currency by store view
    notes: bool = True
    comment: bool = True
    closed: tuple[tuple[datetime, datetime], ...] = ()  #: announced windows: no call inside
    tax_percents: frozenset[Decimal] | None = None  #: those with a mapping; None = nobody knows
    #: Orders whose content changed in the shop; None = any may have.
    changed: frozenset[int] | None = frozenset()
    flows: frozenset[str] = frozenset()  #: flows that run from the company to the shop
    invoice_when: str = "invoice"
    prepaid: frozenset[str] = frozenset()  #: payment methods of orders that are paid at checkout
    sources: Mapping[str, str] = field(default_factory=dict)  #: warehouse -> source
    bands: Mapping[str, str] = field(default_factory=dict)  #: customer group -> price list
    attributes: Mapping[str, str] = field(default_factory=dict)  #: of an account -> the shop's attribute
    website_id: int = 0
    msi: bool = True
    tolerance: Decimal = Decimal(0)  #: how much of an order the hub may put on a rounding line
    looks_up: bool = True  #: whether the company can be asked for an order
    within: Decimal = Decimal(0)  #: so near must come what a company taxes by schedules of its own
    forgetful: bool = False  #: an older copy of the ledger was restored, or another hub has sent orders
    has_rounding: bool = True  #: whether an order there can have a line for what rounding leaves
    distinguished: frozenset[str] = frozenset()  #: keys that its report names: cancelled in the company alone


@dataclass(frozen=True)
class Violation:
    """A broken promise."""

    promise: str
    subject: str
    text: str


@dataclass
class Verdict:
    """What the checker found."""

    violations: list[Violation] = field(default_factory=list)
    orders: int = 0
    lost: int = 0
    doubled: int = 0
    unexplained: int = 0

    def add(self, promise: str, subject: object, text: str) -> None:
        """One more broken promise."""
        self.violations.append(Violation(promise, str(subject), text))


#: What may be true of an order at the end, besides being confirmed: it waits, with a reason, for a person.
EXPLAINED = ("review", "held", "cancelled", "skipped")
#: What nobody waits for a person with: it should have gone on by itself.
UNFINISHED = ("captured", "queued", "sending", "handed over", "in doubt")
#: Orders of the company that are no longer to be delivered.
GONE = ("deleted", "cancelled")


def check(
    shop: Book, company: Book, deliveries: Sequence[Book], accounts: Sequence[Book], terms: Terms
) -> Verdict:
    """All promises that can be checked from the outside, at the end of a settled week."""
    verdict = Verdict()
    mine = [order for order in shop["orders"] if order["store_id"] in terms.store_ids]
    main = {
        each["entity_id"]: each for each in deliveries if each["flow"] == "orders" and each["step"] == "order"
    }
    cancellations = {
        each["entity_id"]: each
        for each in deliveries
        if each["flow"] == "orders" and each["step"] == "cancel"
    }
    verdict.orders = len(mine)
    nothing_doubled(company, terms, verdict)
    customers_once(company, verdict)
    steps_of: dict[int, list[Book]] = {}
    for each in deliveries:
        steps_of.setdefault(each["entity_id"], []).append(each)
    unplaceable = no_account_can_have(mine, company, terms.store)
    for order in mine:
        late = taken_back_there_too(
            order, found_there(order, company, terms), steps_of.get(order["entity_id"], ())
        )
        unseen = cancelled_here_too(
            order, found_there(order, company, terms), steps_of.get(order["entity_id"], ())
        )
        if key_of(terms, order) in terms.distinguished:
            unseen = ""
        if not terms.looks_up and main.get(order["entity_id"], {}).get("target_status") != "cancelled":
            unseen = ""  # nothing more was heard of it
        for text in filter(None, (late, unseen)):
            verdict.add("cancelled is cancelled", order["entity_id"], text)
        nothing_lost(order, company, main, cancellations, terms, verdict)
        nothing_stuck(order, company, main, cancellations, unplaceable, terms, verdict)
        cancelled_there_too(order, company, main, cancellations, terms, verdict)
        replaced_in_order(order, company, terms, verdict)
    steps_finished(deliveries, terms, verdict)
    totals_agree(mine, company, main, terms, verdict)
    goods_agree(mine, company, terms, verdict)
    notes_written(mine, main, terms, verdict)
    for subject, text, missing in wrong_accounts(accounts, main):
        verdict.unexplained += missing
        verdict.add("the account adds up", subject, text)
    nothing_invented(company, mine, terms, verdict)
    company_is_sound(company, verdict)
    return verdict


def key_of(terms: Terms, order: Book) -> str:
    """The key that the hub keeps with its order in the company."""
    return f"magento:{terms.store}:{order['entity_id']}"


def nothing_doubled(company: Book, terms: Terms, verdict: Verdict) -> None:
    """Promise 2: at most one order for each key, deleted ones included."""
    for key, found in company["orders_by_key"].items():
        if len(found) > 1:
            verdict.doubled += len(found) - 1
            verdict.add(
                "never twice", key, f"{len(found)} orders: {', '.join(each['number'] for each in found)}"
            )


def nothing_lost(
    order: Book,
    company: Book,
    main: Mapping[int, Book],
    cancellations: Mapping[int, Book],
    terms: Terms,
    verdict: Verdict,
) -> None:
    """Promise 1: every exportable order is in the company or waits with a reason."""
    entity_id = order["entity_id"]
    there = [each for each in found_there(order, company, terms) if each["status"] != "deleted"]
    reported = main.get(entity_id)
    if reported is None:
        if created(order) >= terms.since:
            verdict.lost += 1
            verdict.add("nothing is lost", entity_id, "the hub has never heard of this order")
        return
    state = reported["state"]
    cancelled = cancellations.get(entity_id, {}).get("state") == "confirmed"
    if state == "confirmed" and not there and not cancelled:
        verdict.lost += 1
        verdict.add("nothing is lost", entity_id, "the hub says confirmed; the company does not have it")
    elif exportable(order, terms) and not there and state not in EXPLAINED:
        verdict.lost += 1
        verdict.add("nothing is lost", entity_id, f"not in the company, and the hub says {state}")
    if state in ("skipped", "cancelled") and exportable(order, terms):
        verdict.lost += 1
        verdict.add("nothing is lost", entity_id, f"{state} though it can be sent: {reported['reason']}")
    here = [each for each in there if not (state == "cancelled" and each["status"] == "cancelled")]
    if (
        state == "cancelled"
        and not terms.looks_up
        and cancellations.get(entity_id, {}).get("state") == "review"
    ):
        here = []  # nobody can ask the company, and a person has been asked to look there
    if here and (
        state in ("cancelled", "held", "queued") or (state == "skipped" and exportable(order, terms))
    ):
        verdict.add(
            "reports are true", entity_id, f"the company has {here[0]['number']}; the hub says {state}"
        )
    if there and state == "confirmed" and reported["target_number"] not in numbers(there[0]):
        verdict.add(
            "reports are true", entity_id, f"{there[0]['number']} is reported as {reported['target_number']}"
        )


def numbers(there: Book) -> tuple[str, ...]:
    """What the hub can report an order as: its number, or none where the company has never said it."""
    return (there["number"],) if there.get("number_told", True) else (there["number"], "")


def nothing_stuck(
    order: Book,
    company: Book,
    main: Mapping[int, Book],
    cancellations: Mapping[int, Book],
    unplaceable: Container[int],
    terms: Terms,
    verdict: Verdict,
) -> None:
    """Promise 3: what can be sent is sent; a person is asked only where nobody else can decide."""
    reported = main.get(order["entity_id"])
    if terms.tax_percents is None or reported is None or reported["state"] not in ("review", "held"):
        return
    parent = cancellations.get(int(order["relation_parent_id"] or 0))
    there, key = company["orders_by_reference"].get(order["increment_id"], []), key_of(terms, order)
    stored = next((each for each in there if each["key"] == key), None)
    others = [
        each for each in there if each["key"] != key or (not terms.looks_up and each["despatch"] != "none")
    ]
    excused = (
        not exportable(order, terms)
        or not {Decimal(each) for each in order["tax_percents"]} <= terms.tax_percents
        or any(not company["items"].get(sku, {}).get("active", True) for sku in order["pieces"])
        or bool(others)  # another stands there under the same number, or goods of it have left: a person's
        or (parent is not None and parent["state"] == "review")
        or (reported["state"] == "held" and order.get("customer_id") in unplaceable)
        or account_refuses(order, reported, company, looks_up=terms.looks_up)
        or charges_alone(order)
        or taxed_otherwise(reported["reason"], terms.tolerance, stored)
        or (terms.forgetful and stored is not None and sent_in_between(order, stored, terms.within))
    )
    if not excused:
        verdict.unexplained += 1
        verdict.add("nothing is stuck", order["entity_id"], f"{reported['state']}: {reported['reason']}")


def steps_finished(deliveries: Sequence[Book], terms: Terms, verdict: Verdict) -> None:
    """Every step of every order ends, or waits for a person and says why; none is made from nothing."""
    for each in deliveries:
        state, subject = each["state"], each["label"] or each["key"]
        if state in EXPLAINED and not each["reason"]:
            verdict.unexplained += 1
            verdict.add("nothing is hidden", subject, f"{each['step']}: {state} without a reason")
        if state in UNFINISHED and not waits_with_its_order(each, deliveries):
            verdict.unexplained += 1
            text = f"{each['step']}: still {state} after every fault was over: {each['reason']}"
            verdict.add("liveness", subject, text)
        if (
            each["step"].startswith("change")
            and not each["step"].startswith("change-unread")  # nobody could see whether anything changed
            and terms.changed is not None
            and each["entity_id"] not in terms.changed
        ):
            verdict.add("nothing is invented", subject, f"a change that nobody made: {each['reason']}")


def cancelled_there_too(
    order: Book,
    company: Book,
    main: Mapping[int, Book],
    cancellations: Mapping[int, Book],
    terms: Terms,
    verdict: Verdict,
) -> None:
    """What the shop cancelled is cancelled in the company, or a person has been asked to."""
    live = [each for each in found_there(order, company, terms) if each["status"] not in GONE]
    if "canceled" not in (order["state"], order["status"]) or not live:
        return
    asked = (cancellations.get(order["entity_id"]), main.get(order["entity_id"]))
    if not any(each is not None and each["state"] == "review" for each in asked):
        verdict.add(
            "cancelled is cancelled", order["entity_id"], f"{live[0]['number']} is still to be delivered"
        )


def replaced_in_order(order: Book, company: Book, terms: Terms, verdict: Verdict) -> None:
    """An edited order reaches the company only when the one that it replaces is out of it."""
    if not order["relation_parent_id"]:
        return
    parent = f"magento:{terms.store}:{order['relation_parent_id']}"
    for child in found_there(order, company, terms):
        for old in company["orders_by_key"].get(parent, []):
            cancelled = old["status"] == "cancelled"
            if not cancelled and (not old["deleted_at"] or old["deleted_at"] > child["created_at"]):
                verdict.add(
                    "documents keep their order",
                    order["entity_id"],
                    f"{child['number']} came while {old['number']}, which it replaces, was still there",
                )


def customers_once(company: Book, verdict: Verdict) -> None:
    """Promise 2, for accounts: one for each customer of the shop."""
    counted = Counter(each["key"] for each in company["customers"] if each["key"])
    for key, count in counted.items():
        if count > 1:
            verdict.doubled += count - 1
            verdict.add("never twice", key, f"{count} accounts")


def found_there(order: Book, company: Book, terms: Terms) -> list[Book]:
    """The company's orders that carry the order's key, deleted ones included."""
    found: list[Book] = company["orders_by_key"].get(key_of(terms, order), [])
    return found


def exportable(order: Book, terms: Terms) -> bool:
    """Whether the rules say that this order belongs in the company now."""
    return (
        order["state"] in terms.states
        and order["status"] not in terms.statuses_never
        and created(order) >= terms.since
    )


def created(order: Book) -> datetime:
    """When the order was placed; the shop writes UTC without saying so (contract, point 13)."""
    return datetime.fromisoformat(order["created_at"] + "+00:00")


def totals_agree(
    mine: Iterable[Book], company: Book, main: Mapping[int, Book], terms: Terms, verdict: Verdict
) -> None:
    """Promise 5: the company's total is the store's, as near as it comes to it, or the order is in review."""
    for order in mine:
        reported = main.get(order["entity_id"])
        for there in found_there(order, company, terms):
            same_currency = terms.order_currencies[order["store_id"]] == terms.currency
            wanted = [each.total if same_currency else each.base_total for each in versions(order)]
            in_review = reported is not None and reported["state"] == "review"
            if not in_review and not any(stands(one, there, order, terms) for one in wanted):
                shown = " or ".join(map(str, wanted))
                verdict.add("totals agree", order["entity_id"], f"company {there['gross']}, store {shown}")


def goods_agree(mine: Iterable[Book], company: Book, terms: Terms, verdict: Verdict) -> None:
    """What was bought is what will be picked: the same pieces of the same items."""
    for order in mine:
        wanted = [each.pieces for each in versions(order)]
        for there in found_there(order, company, terms):
            if there["status"] == "deleted":
                continue
            picked: dict[str, Decimal] = {}
            for line in there["lines"]:
                if line["kind"] == "item":
                    picked[line["code"]] = picked.get(line["code"], Decimal(0)) + Decimal(line["quantity"])
            if picked not in wanted:
                shown = [{sku: str(count) for sku, count in each.items()} for each in (picked, *wanted)]
                verdict.add("goods agree", order["entity_id"], f"company {shown[0]}, store {shown[1:]}")


def notes_written(mine: Iterable[Book], main: Mapping[int, Book], terms: Terms, verdict: Verdict) -> None:
    """The number is on the order, the comment once, and no status was ever erased."""
    for order in mine:
        reported = main.get(order["entity_id"])
        if not order["status"]:
            verdict.add("the store is not harmed", order["entity_id"], "the order has lost its status")
        if reported is None or reported["state"] != "confirmed":
            continue
        number = reported["target_number"]
        if not number and not order["ext_order_id"]:
            continue  # whether it should be known is another promise
        if terms.notes and order["ext_order_id"] != number:
            verdict.add(
                "noted", order["entity_id"], f"{number} is not on the order: {order['ext_order_id']!r}"
            )
        own = f"Sage {reported.get('target_kind') or 'order'} {number}"  # others tell that the invoice of this number is paid
        comments = sum((comment["text"] or "") == own for comment in order["comments"])
        if terms.comment and comments != 1:
            verdict.add("noted", order["entity_id"], f"{comments} comments name {number}")


def nothing_invented(company: Book, mine: Iterable[Book], terms: Terms, verdict: Verdict) -> None:
    """Every order that carries a key of this store is an order of this store, under its number."""
    known = {key_of(terms, order): order for order in mine}
    for key, found in company["orders_by_key"].items():
        if key.startswith(f"magento:{terms.store}:"):
            if key not in known:
                verdict.add("nothing is invented", key, "no such order in the shop")
            elif any(not each["reference"].endswith(known[key]["increment_id"]) for each in found):
                verdict.add("nothing is invented", key, "another order's number")


def company_is_sound(company: Book, verdict: Verdict) -> None:
    """The company's own books balance, and nothing took effect while it was locked."""
    for text in company["violations"]:
        verdict.add("the company is sound", company["company"], str(text))
