"""Makes documents in the store: attempt, call, and what was made to be read back. Those of a few orders at a time.

A document was decided on after a look at its order, and waits here for those of the next orders: the attempts of all are
one commit. What is decided next of the same order depends on it, so it never waits behind another one of its order.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.keys import payload_hash
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.writing.attempts import Record, commit, logged
from tidegate.flows.writing.document_steps import Adopt, DocumentHandler, NotYet, Write
from tidegate.flows.writing.read_back import MadeDocument, ReadBack, again, confirmed, failed, settle
from tidegate.flows.writing.together import BRIEFLY, Together, kept_back
from tidegate.ledger.queue import Item
from tidegate.magento.read_ahead import FRESH

_ANYTHING: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)


class DocumentWriter:
    """Of one cycle of a flow."""

    def __init__(self, cycle: Cycle, handler: DocumentHandler, pool: ReadBack) -> None:
        self.cycle = cycle
        self.handler = handler
        self.pool = pool
        self._together = Together(cycle.connection.clock)
        self._waiting: list[tuple[Record, Write]] = []
        self._ended: set[int | None] = set()  #: orders to which nothing more is written in this cycle

    def add(self, item: Item, step: Write) -> None:
        """A document of an order that was just looked at."""
        if not self._waiting:
            self._together.begin()
        self._waiting.append((record_of(item, step), step))
        if len(self._waiting) >= self._together.size or self._together.passed > BRIEFLY:
            self.write()

    def may_go_on(self, source_id: int) -> bool:
        """Whether the next document of an order may be decided, by those before it, which are made and read back first."""
        if any(record.item.source_id == source_id for record, _ in self._waiting):
            self.write()
        return source_id not in self._ended and self.pool.of_order(source_id) and self.cycle.may_go_on()

    def write(self) -> None:
        """Make what waits: the attempts in one commit, then the calls."""
        waiting, self._waiting = self._waiting, []
        cycle = self.cycle
        if not waiting or not cycle.may_go_on():
            return
        recorded_at = cycle.now()
        attempts = commit(cycle, [record for record, _ in waiting], recorded_at)
        left: list[Verdict] = []
        for place, (record, step) in enumerate(waiting):
            item, attempt = record.item, attempts.get(record.item.id)
            is_old = place > 0 and self._together.passed > FRESH  # its look no longer serves
            if attempt is None:
                continue
            stays = kept_back(cycle, item, attempt, recorded_at, is_old=is_old)
            if stays is not None:
                left.append(stays)
            elif not self.fenced_call(record, step, attempts):
                self._ended.add(item.source_id)
        self._together.end()
        cycle.apply(left)

    def fenced_call(self, record: Record, step: Write, attempts: Mapping[int, int]) -> bool:
        """One document's call; whether its order may go on."""
        goes_on = fenced(record.item.label, partial(self.call, record, step, attempts))
        if isinstance(goes_on, Failure):  # a call that had left is in doubt, and looked up like any other
            return not self.cycle.apply([failed(self.cycle, record.item, goes_on)])
        return goes_on

    def call(self, record: Record, step: Write, attempts: Mapping[int, int]) -> bool:
        """The call leaves, its attempt being recorded; its outcome is committed when what was made is read back."""
        item, attempt = record.item, attempts[record.item.id]
        self.cycle.count("sent")
        with logged([record], attempts):
            made = step.send()
        if isinstance(made, Failure):
            return self.refused(item, step, attempt, made)
        return self.pool.add(MadeDocument(item, attempt, step, made))

    def refused(self, item: Item, step: Write, attempt: int, failure: Failure) -> bool:
        """What a call that made nothing means; whether its order may go on."""
        cycle, handler = self.cycle, self.handler
        there = handler.decide(item) if failure.code is Code.REFUSED else failure
        if isinstance(there, NotYet):
            failure = there.failure  # it came between the look and the call
        limit = cycle.connection.store.client.array_limit
        if isinstance(there, Write) and limit is not None and there.lines < step.lines > limit:
            text = f"the store accepts {limit} lines in one call"  # which it has said just now
            return again(cycle, item, attempt, text)
        if isinstance(there, Adopt):  # the refused call was a second one: the first did it (point 22)
            cycle.heard(None)
            cycle.count("adopted")
            text = f"{there.text}; the store also refused the call itself"
            verdict = confirmed(handler, item, "c", there.id, there.number, attempt=attempt, text=text)
            settle(cycle, item, verdict, there.follows)
            return True
        verdict = failed(cycle, item, failure, attempt)
        cycle.heard(failure if verdict.letter == "d" else None)
        cycle.apply([verdict])
        if verdict.letter == "d":
            self.pool.settle()  # a store that answers no longer may soon take no call
        return verdict.letter != "d"


def record_of(item: Item, step: Write) -> Record:
    """The document as it is sent."""
    payload = payload_of(step)
    return Record(item, item.key, payload_hash(payload), payload)


def payload_of(step: Write) -> Any:
    """The call's body as it leaves, numbers as Decimal."""
    return _ANYTHING.decode(msgspec.json.encode(step.payload))
