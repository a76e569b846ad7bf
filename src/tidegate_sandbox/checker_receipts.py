"""Checks of money that the hub has posted: set against its invoice, once, and the books balance.

Shares no code with the hub.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from tidegate_sandbox.checker import EXPLAINED, GONE, Book, Terms, Verdict
from tidegate_sandbox.checker_documents import ZERO, Case, cases, steps
from tidegate_sandbox.checker_remaining import versions

#: How the hub marks the receipts that it posts.
RECEIPT = "TG-"
#: The key of an order in such a receipt, where the product keeps it whole.
_KEY = re.compile(r"TG-magento:[^:/]+:(\d+)/")


def check(shop: Book, company: Book, deliveries: Sequence[Book], terms: Terms, verdict: Verdict) -> None:
    """Every receipt of the hub, and the general ledger as a whole."""
    if Decimal(company["trial_balance"]):
        verdict.add("the books balance", company["company"], f"trial balance {company['trial_balance']}")
    clearing_explained(company, verdict)
    receipts_once(company, verdict)
    allocated_once(company, verdict)
    if "payments" in terms.flows:
        mine = [each for each in shop["orders"] if each["store_id"] in terms.store_ids]
        receipts_there(mine, company, deliveries, terms, verdict)
        nothing_left_open(shop, company, deliveries, terms, verdict)
        nothing_for_the_dead(company, verdict)


def clearing_explained(company: Book, verdict: Verdict) -> None:
    """On an account that the hub posts receipts to stands what was paid in there, and nothing else."""
    banked: dict[str, Decimal] = {}
    for each in company["transactions"]:
        if each["bank"]:
            banked[each["bank"]] = banked.get(each["bank"], ZERO) - Decimal(each["gross"])
    for account in {each["bank"] for each in receipts(company)}:
        rows = [row for each in company["journals"] for row in each["rows"] if row["account"] == account]
        balance = sum((Decimal(row["debit"]) - Decimal(row["credit"]) for row in rows), ZERO)
        if balance != banked[account]:
            verdict.add(
                "clearing is explained", account, f"{balance} stands there, paid in {banked[account]}"
            )


def allocated_once(company: Book, verdict: Verdict) -> None:
    """A receipt is set against an invoice once, and never for more than it is worth."""
    for each in receipts(company):
        for urn, count in Counter(other["urn"] for other in each["against"]).items():
            if count > 1:
                verdict.doubled += count - 1
                verdict.add("never twice", each["urn"], f"set against {urn} {count} times")
        if not Decimal(each["gross"]) <= Decimal(each["outstanding"]) <= 0:
            verdict.add("never twice", each["urn"], f"{each['outstanding']} is left of {each['gross']}")


def nothing_for_the_dead(company: Book, verdict: Verdict) -> None:
    """No money is posted for an order that the company has cancelled or deleted: that is for a person."""
    for each in receipts(company):
        orders = company["orders_by_reference"].get(each["reference"], [])
        over = [order["deleted_at"] or order["updated_at"] for order in orders if order["status"] in GONE]
        if over and len(over) == len(orders) and max(over) < each["created_at"]:
            text = f"received for order {orders[0]['number']}, which was {orders[0]['status']} before"
            verdict.add("no money for the dead", each["urn"], text)


def nothing_left_open(
    shop: Book, company: Book, deliveries: Sequence[Book], terms: Terms, verdict: Verdict
) -> None:
    """Where a prepaid order is invoiced, either its receipt is used up or its invoices are paid.

    A receipt whose posting the company has refused lies in an error batch there, before its own people.
    """
    mine = [each for each in shop["orders"] if each["store_id"] in terms.store_ids]
    entries = {each["id"]: each for each in company["transactions"]}
    for case in cases(mine, company, deliveries, terms):
        left = [each for each in receipts_of(case, company, deliveries) if not each.get("refused")]
        owed = [entries.get(each["transaction_id"]) for each in case.documents["invoices"].values()]
        opened = [each for each in owed if each is not None and Decimal(each["outstanding"]) > 0]
        waits = any(
            each["state"] in EXPLAINED
            for step in ("deposit", "allocation")  # what is reported of the payment explains no open invoice
            for each in steps(case, "payments", step)
        )
        if opened and any(Decimal(each["outstanding"]) for each in left) and not waits:
            verdict.unexplained += 1
            opened_text = f"{opened[0]['outstanding']} of {opened[0]['reference']} is open"
            verdict.add("receipts are allocated", case.id, f"{opened_text}, and so is the receipt")


def receipts(company: Book) -> list[Book]:
    """The receipts that the hub posted."""
    return [
        each
        for each in company["transactions"]
        if each["kind"] == "receipt" and each["second_reference"].startswith(RECEIPT)
    ]


def receipts_once(company: Book, verdict: Verdict) -> None:
    """Promise 2, for money: one receipt for each key; no entry is paid more than it is worth."""
    for key, count in Counter(each["second_reference"] for each in receipts(company)).items():
        if count > 1:
            verdict.doubled += count - 1
            verdict.add("never twice", key, f"{count} receipts")


def receipts_of(case: Case, company: Book, deliveries: Sequence[Book]) -> list[Book]:
    """The hub's receipts with this order's number, but those of another order of that number: by its key, where the
    receipt carries one, else by what the report calls the other order's receipt, whose numbers may be equal, too.
    """
    others = {
        each["target_number"]
        for each in deliveries
        if each["step"] == "deposit" and each["entity_id"] != case.id
    }
    named = [each for each in receipts(company) if each["reference"] == case.there["reference"]]
    return [
        each
        for each in named
        if order_of(each) == case.id or (order_of(each) is None and str(each["urn"]) not in others)
    ]


def order_of(receipt: Book) -> int | None:
    """The order whose key a receipt carries, where it carries one: two orders may have one number."""
    named = _KEY.match(receipt["second_reference"])
    return None if named is None else int(named[1])


def forgotten(case: Case) -> bool:
    """Cancelled on both sides before the hub heard that the company has it, or unknown as sent to a ledger from before;
    or on hold, and looked up when that ends.
    """
    sent = any(each["state"] not in ("skipped", "cancelled") for each in steps(case, "orders", "order"))
    over = case.there["status"] == "cancelled" and case.order["state"] == "canceled"
    return (over or case.order["state"] == "holded") and not sent and not steps(case, "payments", "deposit")


def receipts_there(
    mine: Iterable[Book], company: Book, deliveries: Sequence[Book], terms: Terms, verdict: Verdict
) -> None:
    """A prepaid order that stands in the company has its receipt, over what gift cards and the like left to pay."""
    for case in cases(mine, company, deliveries, terms):
        if case.order["method"] not in terms.prepaid or not Decimal(case.there["gross"]) or forgotten(case):
            continue
        values = [-Decimal(each["gross"]) for each in receipts_of(case, company, deliveries)]
        waiting = [each for each in steps(case, "payments", "deposit") if each["state"] != "confirmed"]
        gross = Decimal(case.there["gross"])
        own = terms.order_currencies[case.order["store_id"]] == terms.currency
        sums = [
            (each.total, each.paid) if own else (each.base_total, each.base_paid)
            for each in versions(case.order)
        ]
        due = {gross - paid for total, paid in sums if total == gross} or {gross - sums[0][1]}
        if not waiting and min(due) > 0 and not due & set(values):
            verdict.lost += 1
            verdict.add("nothing is lost", case.id, f"paid {sorted(due)} of {gross}, receipts {values}")
