"""The documents of an order in the store, one by one: looked for, then written ahead, then made.

Magento's calls are not idempotent and debit stock, so an order's documents are read just before each
call; what carries our mark is adopted. Documents of one order pass strictly in order, one call at a
time, and nothing is written to an order while an earlier call of any flow is in doubt (Magento
contract, points 18 and 22).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.store_order import PAUSED
from tidegate.domain.missing_thing import kind_of, name_of
from tidegate.domain.states import FINAL, State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.invoice_steps import UNREAD_DESPATCH
from tidegate.flows.writing.attempts import STORE_SETTLES
from tidegate.flows.writing.document_steps import Adopt, DocumentHandler, Drop, Later, NotYet, Write
from tidegate.flows.writing.document_writer import DocumentWriter, payload_of
from tidegate.flows.writing.looks import open_orders
from tidegate.flows.writing.read_back import ReadBack, confirmed, failed, settle
from tidegate.ledger import lookups, order_documents, queue
from tidegate.ledger.queue import Item

#: The flows that write documents and statuses of an order, in the order in which they pass.
OF_ORDERS = ("order-status", "shipments", "invoices", "payments", "credits")
#: The shortest pause before a shipment that its source could not serve is tried again.
STOCK_PAUSE = timedelta(minutes=10)


def beside(flow: str) -> tuple[str, ...]:
    """The flows that must not run at the same time: they write to the same orders."""
    return tuple(other for other in OF_ORDERS if other != flow)


def carry(cycle: Cycle, handler: DocumentHandler, begins: Sequence[str]) -> None:
    """Every due delivery of the flow whose step begins so, order by order."""
    release(cycle, handler)
    pool = ReadBack(cycle, handler)
    try:
        writer = DocumentWriter(cycle, handler, pool)
        carry_orders(cycle, handler, begins, writer)
        writer.write()
    finally:
        pool.settle()


def carry_orders(
    cycle: Cycle, handler: DocumentHandler, begins: Sequence[str], writer: DocumentWriter
) -> None:
    """As above; what was decided in the end is not made yet, and what was made not read back."""
    for source_id, items in open_orders(cycle, handler.flow):
        own = [each for each in items if each.step.startswith(tuple(begins))]
        of_order(cycle, handler, source_id, own, writer)


def of_order(
    cycle: Cycle, handler: DocumentHandler, source_id: int, items: Sequence[Item], writer: DocumentWriter
) -> None:
    """One order's deliveries, those in doubt first; the rest waits when one of them stays unclear.

    While a call of another flow is in doubt, nothing is written. What is in doubt itself is looked up all the
    same: two flows that waited for each other would wait forever.
    """
    known = {item.id for item in items}
    others = {step.state for step in order_documents.open_steps(source_id, OF_ORDERS) if step.id not in known}
    writes = others.isdisjoint({State.SENDING, State.IN_DOUBT})
    if not writes:
        items = [] if State.SENDING in others else [each for each in items if each.state is State.IN_DOUBT]
    if not items:
        return
    waits = prerequisite(handler, source_id)
    for item in sorted(items, key=lambda each: (each.state is not State.IN_DOUBT, each.id)):
        if not writer.may_go_on(source_id):
            return
        if waits and item.state is State.QUEUED:
            cycle.apply([failed(cycle, item, waits)])
        else:
            goes_on = fenced(item.label, partial(one, cycle, handler, item, writes, writer))
            if isinstance(goes_on, Failure):  # a call that had left is in doubt, and looked up like any other
                moved_on = cycle.apply([failed(cycle, item, goes_on)])
                goes_on = not moved_on
            if not goes_on:
                return


def prerequisite(handler: DocumentHandler, source_id: int) -> Failure | None:
    """What must be finished first: the order itself, then the documents before this one."""
    order = lookups.step_of(source_id, "orders", "order")
    if order is None or order.state not in FINAL:
        state = order.state.value if order else "unknown"
        text = (
            f"the order itself is not confirmed in Sage yet ({state}); Tidegate continues by itself when it "
            "is"
        )
        return Failure(Code.PARENT_PENDING, text, sent=False)
    for step in order_documents.open_steps(source_id, OF_ORDERS):
        if f"{step.flow}/{step.step}".startswith(handler.after):
            return comes_first(step.flow, step.step, step.state)
    return None


def comes_first(flow: str, step: str, state: State, missing: str | None = None) -> Failure:
    """What waits behind a step that is not finished; `missing` names it where it is of the same flow."""
    text = (
        f"{step} of {flow} comes first and is {state.value}; Tidegate continues by itself when that is done"
    )
    return Failure(Code.PARENT_PENDING, text, missing=missing, sent=False)


def one(cycle: Cycle, handler: DocumentHandler, item: Item, writes: bool, writer: DocumentWriter) -> bool:
    """One delivery: decided, and handed to the writer; without `writes` it is looked up only.

    False: nothing more for this order in this cycle.
    """
    step = handler.decide(item)
    if isinstance(step, Later):
        return True
    if isinstance(step, Failure) and step.ends_cycle:
        cycle.call_failed(step, of_company=False)
        return False
    if isinstance(step, Adopt):
        cycle.count("adopted")
        verdict = confirmed(handler, item, "e", step.id, step.number, text=step.text)
        settle(cycle, item, verdict, step.follows)
        return True
    if item.state is State.IN_DOUBT:
        if isinstance(step, Failure):  # the look-up raised a question: nothing is proved absent
            cycle.apply([failed(cycle, item, step)])
            return True
        cycle.apply([cycle.after_absence(item)])
    if isinstance(step, Drop):
        cycle.apply([Verdict(item.id, "n", text=step.text)])
        return True
    if isinstance(step, NotYet):
        step = step.failure
    if isinstance(step, Failure):
        cycle.apply([failed(cycle, item, step)])
        return True
    if not writes:
        return True
    writer.add(item, step)
    return True


def release(cycle: Cycle, handler: DocumentHandler) -> None:
    """Held deliveries whose reason may have ended: what came first is done, a mapping is there, stock was written."""
    by_payment = cycle.connection.settings.fulfilment.invoice_when == "payment"
    waiting = queue.held(cycle.name, handler.flow, without=Code.PAYMENT_PENDING if by_payment else None)
    ended = holds_ended(cycle, [item for item in waiting if item.reason_code == Code.ORDER_ON_HOLD])
    ready = [
        Verdict(item.id, "j", text="what it waited for may exist now")
        for item in waiting
        if item.id in ended or may_go(cycle, handler, item)
    ]
    cycle.count("released", len(ready))
    cycle.apply(ready)


def holds_ended(cycle: Cycle, items: Sequence[Item]) -> set[int]:
    """Those of the deliveries whose order is on hold no longer, by what the store says now."""
    ids = sorted({item.entity_id for item in items if item.entity_id is not None})
    states = cycle.connection.store.documents.states(ids) if ids else {}
    if isinstance(states, Failure):
        if states.ends_cycle:
            cycle.call_failed(states, of_company=False)
        return set()
    return {item.id for item in items if states.get(item.entity_id or 0, "") not in PAUSED}


def may_go(cycle: Cycle, handler: DocumentHandler, item: Item) -> bool:
    """Whether it is worth another try. What a person holds waits for that person."""
    kind, name = kind_of(item.waits_for), name_of(item.waits_for)
    if kind == "step":
        before = lookups.step_of(item.source_id, handler.flow, name)
        return before is None or before.state in FINAL
    if item.waits_for == UNREAD_DESPATCH:
        return False  # the reading of despatches releases it
    if item.reason_code == Code.PARENT_PENDING:
        first = None if item.source_id is None else prerequisite(handler, item.source_id)
        return first is None or first.text != item.reason  # users read the present reason
    if item.reason_code == Code.SHORT_STOCK:
        pause = max(STOCK_PAUSE, (item.changed_at - item.created_at) / 4)
        return cycle.now() - item.changed_at >= pause
    if item.reason_code == Code.PAYMENT_PENDING:
        return True  # only asked once invoices no longer come with the payment
    if kind == "warehouse":
        return name in cycle.connection.settings.stock.warehouses
    return False


def preview(handler: DocumentHandler, begins: Sequence[str]) -> list[dict[str, Any]]:
    """What the next cycle would write, without writing: each queued delivery with its payload."""
    connection, now = handler.connection, handler.connection.clock.now()
    orders = lookups.open_by_source(
        connection.name, handler.flow, now, doubtful_before=now - STORE_SETTLES, limit=200, after_source=0
    )
    return [
        shown(handler, item) for _, items in orders for item in items if item.step.startswith(tuple(begins))
    ]


def shown(handler: DocumentHandler, item: Item) -> dict[str, Any]:
    """One entry of a dry run."""
    entry: dict[str, Any] = {"order": item.label, "step": item.step}
    waits = prerequisite(handler, item.source_id) if item.source_id is not None else None
    step = waits if waits is not None else fenced(item.label, partial(handler.decide, item))
    if isinstance(step, NotYet):
        step = step.failure
    if isinstance(step, Write):
        return entry | {"payload": payload_of(step)}
    if isinstance(step, Failure):
        return entry | {"not_sent": step.code.value, "text": step.text, "missing": step.missing}
    return entry | {"not_sent": type(step).__name__.lower(), "text": step.text}
