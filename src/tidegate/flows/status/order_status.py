"""The `order-status` flow: what Sage said about an order is noted on the Magento order.

Number and comment of a confirmed order are written here; its later status in `statuses.py`.

Magento's calls are not idempotent (a comment is added each time), so each order is read just
before it is written, several of them in one search: what is there already is adopted, and a comment always
carries the order's current status, because a comment without one erases it (contract, point 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.keys import payload_hash
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.status import late_numbers, statuses
from tidegate.flows.status.note_steps import COMMENT, FLOW, NUMBER, Note, read_note
from tidegate.flows.writing.attempts import Record, Target, one_call, settled_before
from tidegate.flows.writing.looks import look_ahead
from tidegate.ledger import delivery, lookups
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.magento.notes import OrderNow

#: Between the comment and the address of the order's page.
LINK = ' <a href="'


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    with transaction("reclaim"):
        cycle.count("in_doubt", delivery.reclaim(cycle.lease, cycle.now()))
    if statuses.are_reported(cycle) and cycle.may_call_company():
        statuses.read(cycle)
    if not cycle.may_go_on() or not lookups.has_work(cycle.name, FLOW, cycle.now()):
        return
    carry_notes(cycle)
    if cycle.may_go_on() and not cycle.unfinished:
        statuses.carry(cycle)


def carry_notes(cycle: Cycle) -> None:
    """Number and comment of every order that waits for them."""
    size = cycle.connection.settings.flows[FLOW].batch
    after = 0
    while cycle.may_go_on():
        orders = lookups.open_by_source(
            cycle.name,
            FLOW,
            cycle.now(),
            doubtful_before=settled_before(cycle, Target.STORE),
            limit=size,
            after_source=after,
        )
        if not orders:
            return
        for place, (source_id, items) in enumerate(orders):
            after = source_id
            look_ahead(cycle.connection.store, FLOW, orders, place)
            notes = [item for item in items if item.step in (NUMBER, COMMENT)]
            if notes:
                note_order(cycle, notes)
            if not cycle.may_go_on() or cycle.should_stop():
                return


def note_order(cycle: Cycle, items: Sequence[Item]) -> None:
    """All open steps of one order, after one look at it."""
    entity_id = read_note(items[0].subject).entity_id
    there = cycle.connection.store.notes.read_status(entity_id)
    if isinstance(there, Failure):
        if there.ends_cycle:
            cycle.call_failed(there, of_company=False)
        else:
            cycle.apply([cycle.after_failure(item, there, None) for item in items])
        return
    known: list[Verdict] = []
    for item in sorted(items, key=lambda each: each.step, reverse=True):  # number before comment
        if cycle.may_go_on():
            known = write_step(cycle, item, read_note(item.subject), there, known)
    cycle.apply(known)


def write_step(cycle: Cycle, item: Item, note: Note, there: OrderNow, known: list[Verdict]) -> list[Verdict]:
    """One step of one order: adopt it when it is there, else write it. Returns what is to be committed next.

    What is `known` of the step before goes into the transaction that records this attempt: nothing
    leaves in between, and a commit on disk is the dearest part of a note.
    """
    if not note.number:
        return [
            *known,
            cycle.after_failure(item, late_numbers.not_there_yet(item.store, note.entity_id), None),
        ]
    if is_there(item, note, there):
        cycle.count("adopted")
        return [*known, Verdict(item.id, "e", text="found on the Magento order")]
    if item.state is State.IN_DOUBT:
        known = [*known, cycle.after_absence(item)]
    refusal = refuse(item, note, there)
    if refusal is not None:
        return [*known, cycle.after_failure(item, refusal, None)]
    text = comment_of(cycle.connection, item, note) if item.step == COMMENT else note.text
    payload = {"text": text, "step": item.step}
    record = Record(item, item.key, payload_hash(payload), payload)
    sent = one_call(cycle, record, partial(write, cycle, item, note, there, text), known)
    if sent is None:
        return []
    attempt, failure = sent
    if failure is not None:
        return [cycle.after_failure(item, failure, attempt)]
    cycle.count("confirmed")
    return [
        Verdict(item.id, "c", attempt_id=attempt, target_id=str(note.entity_id), target_number=note.number)
    ]


def comment_of(connection: Connection, item: Item, note: Note) -> str:
    """The comment, with a link to the order's page where only people of the shop read it.

    Magento's admin shows `a` in a comment as a link, and nothing of it to customers while it is hidden.
    """
    if not connection.console or connection.settings.notes.comment != "hidden" or item.source_id is None:
        return note.text
    return f'{note.text}{LINK}{connection.console}/order/{item.source_id}">Tidegate</a>'


def write(cycle: Cycle, item: Item, note: Note, there: OrderNow, text: str) -> Failure | None:
    """The one call of this step."""
    store = cycle.connection.store.notes
    if item.step == NUMBER:
        return store.store_number(note.entity_id, note.number)
    visible = cycle.connection.settings.notes.comment == "visible"
    return store.add_comment(note.entity_id, text, visible=visible, status=there.status)


def is_there(item: Item, note: Note, there: OrderNow) -> bool:
    """Whether the step's effect can be seen on the order."""
    if item.step == NUMBER:
        return there.ext_order_id == note.number
    return there.says(note.text) or there.begins(
        note.text + LINK
    )  # of an invoice, others say that it is paid


def refuse(item: Item, note: Note, there: OrderNow) -> Failure | None:
    """What must not be written."""
    if item.step == NUMBER and there.ext_order_id:
        return Failure(
            Code.OTHER_CONTENT,
            f"the Magento order already has the ERP number {there.ext_order_id}, not {note.number}. Was it "
            "exported by another connector? Correct the number in Magento, then `tidegate queue retry`.",
        )
    if item.step == COMMENT and not there.status:
        return Failure(
            Code.OTHER_CONTENT,
            "the Magento order has no status, and Magento accepts a comment only with a status. Give the "
            "order a status in Magento, then `tidegate queue retry`.",
        )
    return None
