"""Orders that Magento cancelled after they had been sent.

Where the connection says `cancellation = "cancel"` and the product can, the order is cancelled in
the company; else a person decides. Documents of one order keep their order: a cancellation waits
until its order is confirmed, or is proved absent.
"""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.domain.keys import order_key
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.ledger import delivery, lookups, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.sage.port import Accepted, OrderKey, Session

STEP = "cancel"
#: Cancellations in one cycle; the rest waits for the next one.
MOST = 200


def run(cycle: Cycle, session: Session) -> None:
    """Carry out the cancellations whose order is settled."""
    # Cancelling is repeatable: what is cancelled or gone already is accepted again.
    doubtful = queue.in_doubt(cycle.name, cycle.flow, STEP, cycle.started, MOST)
    cycle.apply([Verdict(item.id, "f", text="cancelling again is harmless") for item in doubtful])
    for item in queue.due(cycle.name, cycle.flow, STEP, MOST, cycle.now()):
        if not cycle.may_call_company():
            return
        cancel(cycle, session, item)


def cancel(cycle: Cycle, session: Session, item: Item) -> None:
    """One cancellation, as far as its order's state allows."""
    order = lookups.step_of(item.source_id, cycle.flow, "order")
    if order is None or order.state in (State.CANCELLED, State.SKIPPED):
        cycle.apply([Verdict(item.id, "m", text="the order was never sent")])
        return
    if order.state in (State.QUEUED, State.HELD) or (order.state is State.REVIEW and not order.target_id):
        if lookups.was_attempted(order.id) and not is_absent(cycle, session, order):
            return
        text = "cancelled in Magento before it was sent"
        cycle.apply([Verdict(order.id, "m", text=text), Verdict(item.id, "m", text=text)])
        release_child(cycle, order)
        return
    if order.state is not State.CONFIRMED:
        return  # in doubt: next cycle knows more
    if (
        cycle.connection.settings.cancellation != "cancel"
        or not cycle.connection.company.capabilities.cancels_orders
    ):
        ask_a_person(cycle, item, order)
        return
    with transaction("attempt"):
        attempts = delivery.begin(
            cycle.lease, cycle.batch_id, [(item.id, f"cancel:{order.target_id}")], cycle.now()
        )
    if item.id not in attempts:
        return
    outcome = session.cancel_order(order.target_id, order.target_number)
    if isinstance(outcome, Accepted):
        cycle.count("cancelled")
        with transaction("outcome"):
            delivery.apply(
                [
                    Verdict(item.id, "c", attempt_id=attempts[item.id], target_id=order.target_id),
                    Verdict(order.id, "q", text="cancelled in the company after Magento cancelled it"),
                ],
                cycle.now(),
                lease=cycle.lease,
            )
        release_child(cycle, order)
    else:
        cycle.apply([cycle.after_failure(item, outcome, attempts[item.id])])


def is_absent(cycle: Cycle, session: Session, order: Item) -> bool:
    """An order that was tried is looked up: whatever an answer said, the company may have it."""
    key = order_key(order.store, order.entity_id or 0)
    found = session.find_orders([OrderKey(key, "")])
    if isinstance(found, Failure):
        cycle.call_failed(found)
        return False
    ours = [each for each in found[key] if each.ours]
    if not ours:
        return True
    there = ours[0]
    letter = "e" if order.state is State.QUEUED else "o"
    cycle.apply(
        [
            Verdict(
                order.id, letter, target_id=there.id, target_number=there.number, target_status=there.status
            )
        ]
    )
    return False  # it is confirmed now: the next cycle cancels it there


def ask_a_person(cycle: Cycle, item: Item, order: Item) -> None:
    """The order is in the company and the rule, or the product, leaves it to a person."""
    failure = Failure(
        Code.CANCEL_AFTER_SEND,
        f"Magento cancelled the order after it was sent as {order.target_number}. Cancel it in the company, "
        f"then `tidegate queue link {item.label} --step cancel`; or leave it: `tidegate queue cancel`.",
    )
    cycle.apply([cycle.after_failure(item, failure, None)])


def release_child(cycle: Cycle, order: Item) -> None:
    """An edited order's copy goes out once its parent is cancelled."""
    with transaction("release"):
        cycle.count(
            "released",
            delivery.release_waiting(cycle.name, [f"order:{order.store}:{order.entity_id}"], cycle.now()),
        )
