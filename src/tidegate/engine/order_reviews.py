"""Differences of orders as reviews: a step beside each order, which the night that finds it in order ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from tidegate.domain.books.agreement import Difference, Reconciliation
from tidegate.domain.errors import Code
from tidegate.domain.money import shown
from tidegate.domain.orders.keys import step_key
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import delivery, queue
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.operators import DIFFERENCE
from tidegate.ledger.queue import Item

FLOW, STEP = "orders", DIFFERENCE
NAMED = 6  #: most findings in one reason; the rest is counted
#: More than any ledger has in review at once.
ALL = 1_000_000


def review(connection: str, store: str, report: Reconciliation, now: datetime) -> None:
    """Open a review for each order that differs, and end those of orders that agree again. In a transaction.

    What an operator has accepted stays so while the figures are the same.
    """
    found = by_order(report)
    known = {item.key: item for item in queue.listing(connection=connection, step=STEP, limit=ALL)}
    verdicts: list[Verdict] = []
    figures: dict[int, str] = {}
    new: dict[str, Sequence[Difference]] = {}
    for key, differences in found.items():
        item = known.get(step_key(key, STEP))
        if item is None:
            new[key] = differences
        elif not (figures_of(differences) == item.subject and stands(item)):
            verdicts += raised_again(item, reason_of(differences))
            figures[item.id] = figures_of(differences)
    for key, number in report.orders.items():
        item = known.get(step_key(key, STEP))
        over = key not in found and number in report.examined
        if over and item is not None and item.state is State.REVIEW:
            verdicts.append(Verdict(item.id, "n", text="no difference any more"))
    delivery.apply(verdicts, now, lease=None)
    delivery.refresh_subject(figures, now, text="the figures that differ")
    delivery.create_many(opened(connection, store, report, new), now)


def undecided(connection: str) -> list[Item]:
    """The differences that nobody has accepted and no comparison has found gone."""
    return queue.listing(connection=connection, step=STEP, state=State.REVIEW, limit=ALL)


def by_order(report: Reconciliation) -> dict[str, list[Difference]]:
    """The differences that belong to an order, by its key."""
    found: dict[str, list[Difference]] = {}
    for difference in report.differences:
        if difference.order:
            found.setdefault(difference.order, []).append(difference)
    return found


def stands(item: Item) -> bool:
    """Whether the same figures need no new word: a person has them before them, or has accepted them."""
    return item.state is State.REVIEW or item.reason_code == "operator"


def raised_again(item: Item, reason: str) -> list[Verdict]:
    """The way back into review, from any state."""
    leave = [Verdict(item.id, "n", text="other figures differ now")] if item.state is State.REVIEW else []
    return [
        *leave,
        Verdict(item.id, "p", text="it differs again"),
        Verdict(item.id, "h", code=Code.BOOKS_DIFFER.value, text=reason),
    ]


def opened(
    connection: str, store: str, report: Reconciliation, new: Mapping[str, Sequence[Difference]]
) -> list[NewDelivery]:
    """Reviews of orders that had none; an order that was never captured has no document yet."""
    orders = {key: queue.by_key(step_key(key, "order")) for key in new}
    made = []
    for key, differences in new.items():
        order = orders[key]
        made.append(
            NewDelivery(
                connection=connection,
                flow=FLOW,
                step=STEP,
                key=step_key(key, STEP),
                state=State.REVIEW,
                source_id=order.source_id if order is not None else None,
                label=report.orders[key],
                reason_code=Code.BOOKS_DIFFER.value,
                reason=reason_of(differences),
                subject=figures_of(differences),
            )
        )
    return made


def reason_of(differences: Sequence[Difference]) -> str:
    """What differs, both figures side by side, and the ways out."""
    listed = [f"{each.kind}: {each.text}{side_by_side(each)}" for each in differences[:NAMED]]
    if len(differences) > NAMED:
        listed.append(f"and {len(differences) - NAMED} more")
    return (
        f"{'; '.join(listed)}. Correct the side that is wrong: the next reconciliation ends this by itself. "
        f"Or accept the difference: `tidegate queue skip {differences[0].subject} --step {STEP} --reason "
        "WHY`"
    )


def side_by_side(difference: Difference) -> str:
    """The figures of all sides that have one."""
    sides = (("Magento", difference.magento), ("ledger", difference.ledger), ("Sage", difference.sage))
    known = [f"{name} {shown(value)}" for name, value in sides if value is not None]
    return f" ({', '.join(known)})" if known else ""


def figures_of(differences: Sequence[Difference]) -> str:
    """What must change before an accepted difference is raised anew: kinds and amounts, as JSON."""
    rows = sorted(
        [each.kind.value, each.figure, *(str(value) for value in (each.magento, each.ledger, each.sage))]
        for each in differences
    )
    return msgspec.json.encode(rows).decode()
