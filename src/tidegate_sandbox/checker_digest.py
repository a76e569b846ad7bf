"""The checker of the hub's daily digest: its numbers are those of the ledger at that instant, counted one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tidegate_sandbox.checker import Book, Verdict

PROMISE = "the digest is true"
#: State of a delivery -> its column of the account.
PLACES = {
    "captured": "waiting",
    "queued": "waiting",
    "sending": "waiting",
    "in doubt": "in_doubt",
    "handed over": "handed_over",
    "confirmed": "confirmed",
    "review": "review",
    "held": "held",
    "cancelled": "cancelled",
    "skipped": "skipped",
}
PENDING = ("waiting", "in_doubt", "handed_over", "review", "held")


def check(
    digest: Mapping[str, Any],
    deliveries: Sequence[Book],
    accounts: Sequence[Book],
    mirrored: str,
    verdict: Verdict,
) -> None:
    """`mirrored` is the step under which values of mirrors are counted: the list of deliveries has none of them."""
    counted: dict[str, Counter[str]] = {}
    for each in deliveries:
        counted.setdefault(each["flow"], Counter())[PLACES[each["state"]]] += 1
    for flow, row in digest["flows"].items():
        said = Counter[str]()
        for step, account in row["steps"].items():
            if step != mirrored:
                said.update({name: account[name] for name in set(PLACES.values())})
        same(verdict, f"{flow} by state", +said, +counted.get(flow, Counter()))
        same(verdict, f"{flow} pending", row["pending"], sum(row["account"][name] for name in PENDING))
    check_orders(digest, deliveries, verdict)
    check_waiting(digest, deliveries, accounts, mirrored, verdict)
    adds_up = all(each["unexplained"] == 0 for each in accounts)
    same(verdict, "adds_up", digest["adds_up"], adds_up)


def check_orders(digest: Mapping[str, Any], deliveries: Sequence[Book], verdict: Verdict) -> None:
    """Pending versus confirmed, of the day, and the oldest."""
    orders = [each for each in deliveries if each["flow"] == "orders" and each["step"] == "order"]
    at = instant(digest["at"])
    day = [
        each
        for each in orders
        if each["state"] == "confirmed" and at - timedelta(days=1) < instant(each["changed_at"]) <= at
    ]
    places = Counter(PLACES[each["state"]] for each in orders)
    said = digest["orders"]
    same(verdict, "orders read", said["read"], len(orders))
    same(verdict, "orders confirmed", said["confirmed"], places["confirmed"])
    same(verdict, "orders pending", said["pending"], sum(places[name] for name in PENDING))
    same(verdict, "orders of the day", said["confirmed_in_the_day"], len(day))
    waiting = sorted(instant(each["created_at"]) for each in deliveries if PLACES[each["state"]] in PENDING)
    ages = [instant(each["since"]) for each in digest["oldest"]]
    same(verdict, "the oldest", ages, waiting[: len(ages)] if ages else waiting[:1])


def check_waiting(
    digest: Mapping[str, Any],
    deliveries: Sequence[Book],
    accounts: Sequence[Book],
    mirrored: str,
    verdict: Verdict,
) -> None:
    """What needs a person: nothing is left out, nothing made up."""
    for name in ("review", "held"):
        values = sum(each[name] for each in accounts if each["step"] == mirrored)
        records = sum(each["state"] == name for each in deliveries)
        listed = digest["person"]["reviews" if name == "review" else "held"]
        same(verdict, f"in {name}", sum(each["count"] for each in listed), values + records)


def instant(text: str) -> datetime:
    """As the hub writes them, in UTC."""
    return datetime.fromisoformat(text)


def same(verdict: Verdict, what: str, said: Any, counted: Any) -> None:
    """The digest's number, and the one that was counted."""
    if said != counted:
        verdict.add(PROMISE, what, f"the digest says {said}, the ledger {counted}")
