"""Checks of orders that stand as drafts or quotes first: invoiced once the shop has shipped, and not before.

The company's book says of such an order how it `stands` (`draft` or `quote`; "" once it is invoiced, by the hub or by
staff). Of other products nothing is said, and nothing is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidegate_sandbox.checker import GONE, Book, Terms, Verdict, found_there

STEP = "company-invoice"
WAITING = ("held", "review")  #: a person is asked
SETTLED = ("confirmed", *WAITING)


def check(shop: Book, company: Book, deliveries: Sequence[Book], terms: Terms, verdict: Verdict) -> None:
    """At the end of a settled week."""
    steps = {
        each["entity_id"]: each for each in deliveries if (each["flow"], each["step"]) == ("orders", STEP)
    }
    main = {
        each["entity_id"]: each for each in deliveries if (each["flow"], each["step"]) == ("orders", "order")
    }
    asked = {
        each["entity_id"]
        for each in deliveries
        if (each["flow"], each["step"]) == ("orders", "cancel") and each["state"] in WAITING
    }
    for order in shop["orders"]:
        if order["store_id"] not in terms.store_ids:
            continue
        for there in found_there(order, company, terms):
            # shipped, then refunded whole before it was invoiced: whether it is invoiced or cancelled, a person says
            if order["entity_id"] in asked and order["state"] in ("closed", "canceled"):
                continue
            if "stands" in there and there["status"] not in GONE:
                _one(order, there, steps.get(order["entity_id"]), main.get(order["entity_id"]), verdict)


def _one(order: Book, there: Book, step: Book | None, main: Book | None, verdict: Verdict) -> None:
    due = bool(order["shipments"]) or (order["virtual"] and order["state"] == "complete")
    state = step["state"] if step is not None else ""
    if there["stands"]:
        if state == "confirmed":
            text = f"{there['number']} is called invoiced, and is a {there['stands']}"
            verdict.add("reports are true", order["entity_id"], text)
        if due and state not in SETTLED and main is not None and main["state"] == "confirmed":
            text = f"shipped in the shop, and {there['number']} is still a {there['stands']} ({state or 'no step'})"
            verdict.add("what is shipped is invoiced", order["entity_id"], text)
    elif state == "confirmed" and not due:
        text = f"{there['number']} was invoiced, and nothing of it was shipped"
        verdict.add("what is shipped is invoiced", order["entity_id"], text)
