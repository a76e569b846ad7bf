"""The `order-status` flow: what Sage said about an order is noted on the Magento order.

Number and comment of a confirmed order are written here; its later status in `statuses.py`.

Magento's calls are not idempotent (a comment is added each time), so each order is read just
before it is written, several of them in one search: what is there already is adopted, and a comment always
carries the order's current status, because a comment without one erases it (contract, point 1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.keys import payload_hash
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.status import late_numbers, statuses
from tidegate.flows.status.note_steps import COMMENT, FLOW, NUMBER, Note, read_note
from tidegate.flows.writing.attempts import (
    Record,
    commit,
    logged,
)
from tidegate.flows.writing.looks import open_orders
from tidegate.flows.writing.together import BRIEFLY, Together, kept_back
from tidegate.ledger import delivery, lookups
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.magento.notes import OrderNow
from tidegate.magento.read_ahead import FRESH

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
    """Number and comment of every order that waits for them.

    The attempts of a few orders are committed at once, with what became of the orders before. A process that ends in
    between leaves them in doubt, and the next look at the order tells.
    """
    writer = NoteWriter(cycle)
    try:
        note_orders(cycle, writer)
        writer.write()
    finally:
        cycle.apply(writer.known)


def note_orders(cycle: Cycle, writer: NoteWriter) -> None:
    """Order by order, until the cycle ends or others wait."""
    for _, items in open_orders(cycle, FLOW):
        notes = [item for item in items if item.step in (NUMBER, COMMENT)]
        if notes and cycle.may_go_on():
            note_order(cycle, notes, writer)


def note_order(cycle: Cycle, items: Sequence[Item], writer: NoteWriter) -> None:
    """All open steps of one order, after one look at it: a step is adopted when it is there, else written."""
    entity_id = read_note(items[0].subject).entity_id
    there = cycle.connection.store.notes.read_status(entity_id)
    if isinstance(there, Failure):
        if there.ends_cycle:
            cycle.call_failed(there, of_company=False)
        else:
            writer.known += [cycle.after_failure(item, there, None) for item in items]
        return
    records = []
    for item in sorted(items, key=lambda each: each.step, reverse=True):  # number before comment
        note = read_note(item.subject)
        writer.known += looked_at(cycle, item, note, there)
        if note.number and not is_there(item, note, there) and refuse(item, note, there) is None:
            records.append(record_of(cycle, item, note))
    if records:
        writer.add(records, there)


def looked_at(cycle: Cycle, item: Item, note: Note, there: OrderNow) -> list[Verdict]:
    """What the look at the order says about a step, before anything is written."""
    if not note.number:
        return [cycle.after_failure(item, late_numbers.not_there_yet(item.store, note.entity_id), None)]
    if is_there(item, note, there):
        cycle.count("adopted")
        return [Verdict(item.id, "e", text="found on the Magento order")]
    absent = [cycle.after_absence(item)] if item.state is State.IN_DOUBT else []
    refusal = refuse(item, note, there)
    return absent if refusal is None else [*absent, cycle.after_failure(item, refusal, None)]


def record_of(cycle: Cycle, item: Item, note: Note) -> Record:
    """The step as it is sent."""
    text = comment_of(cycle.connection, item, note) if item.step == COMMENT else note.text
    payload = {"text": text, "step": item.step}
    return Record(item, item.key, payload_hash(payload), payload)


def write_step(cycle: Cycle, record: Record, there: OrderNow, attempts: Mapping[int, int]) -> Verdict:
    """The call of one step, whose attempt is recorded, and what became of it."""
    item, attempt = record.item, attempts[record.item.id]
    note = read_note(item.subject)
    cycle.count("sent")
    with logged([record], attempts):
        failure = write(cycle, item, note, there, record.payload["text"])
    if failure is not None:
        return cycle.after_failure(item, failure, attempt)
    cycle.count("confirmed")
    return Verdict(item.id, "c", attempt_id=attempt, target_id=str(note.entity_id), target_number=note.number)


class NoteWriter:
    """Writes what is to be written to orders, those of a few orders with one commit of their attempts."""

    def __init__(self, cycle: Cycle) -> None:
        self.cycle = cycle
        self.known: list[Verdict] = []  #: to be committed with the next attempts, or at the end
        self._together = Together(cycle.connection.clock)
        self._waiting: list[tuple[OrderNow, Sequence[Record]]] = []

    def add(self, records: Sequence[Record], there: OrderNow) -> None:
        """The steps of one order that was just looked at; they may wait for those of the next ones."""
        if not self._waiting:
            self._together.begin()
        self._waiting.append((there, records))
        if len(self._waiting) >= self._together.size or self._together.passed > BRIEFLY:
            self.write()

    def write(self) -> None:
        """The attempts of those that wait in one commit, with what is known; then their calls."""
        waiting, self._waiting = self._waiting, []
        cycle, known = self.cycle, self.known
        if not waiting or not cycle.may_go_on():
            return
        recorded_at = cycle.now()
        records = [record for _, steps in waiting for record in steps]
        attempts = commit(cycle, records, recorded_at, before=lambda: cycle.apply(known))
        self.known = []
        for place, (there, steps) in enumerate(waiting):
            is_old = place > 0 and self._together.passed > FRESH  # its look no longer serves
            for record in (each for each in steps if each.item.id in attempts):
                item, attempt = record.item, attempts[record.item.id]
                stays = kept_back(cycle, item, attempt, recorded_at, is_old=is_old)
                self.known.append(stays or write_step(cycle, record, there, attempts))
        self._together.end()


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
