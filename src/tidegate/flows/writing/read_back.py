"""What became of a document that the store has made: read back, compared, and settled.

Its id is all that the store answers; number and contents are read afterwards, those of several orders in one
search. What needs no reading, a comment or a tracking number, is settled with the others of its cycle. Until then it is neither confirmed nor forgotten: a process that ends in between leaves it in doubt,
and the look before the next call finds it by its mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.writing.document_steps import DocumentHandler, Made, Write
from tidegate.flows.writing.looks import look_back
from tidegate.ledger import delivery
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.queue import Item
from tidegate.magento.read_ahead import TOGETHER

#: Seconds (own choice) after which a document that was made is read back, with how few others it may be.
LONGEST = 30.0
ENDED = "it was made as {}, and was not read back: {}"


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """A call that the store has carried out, by the id it answered."""

    item: Item
    attempt: int
    step: Write
    id: int


@dataclass
class ReadBack:
    """The documents of one cycle that were made and are not settled yet."""

    cycle: Cycle
    handler: DocumentHandler
    _made: list[MadeDocument] = field(default_factory=list)
    _until: float = 0.0

    def add(self, document: MadeDocument) -> bool:
        """One more; whether its order may go on.

        A part of a document waits for no others, since the next part depends on it.
        """
        if document.step.goes_on:
            return not self._settled([document])
        now = self.cycle.connection.clock.monotonic()
        self._until = self._until if self._made else now + LONGEST
        self._made.append(document)
        if len(self._made) < TOGETHER and now < self._until:
            return True
        return document.item.source_id not in self.settle()

    def of_order(self, source_id: int) -> bool:
        """Whether an order may go on, by its documents before, which are read back first."""
        if all(each.item.source_id != source_id for each in self._made):
            return True
        return source_id not in self.settle()

    def settle(self) -> set[int | None]:
        """Read back and compare all of them, and settle them in one commit; the orders that may not go on now."""
        made, self._made = self._made, []
        unread = [each.id for each in made if each.step.read_back]
        if len(unread) > 1 and self.cycle.may_go_on():
            look_back(self.handler.connection.store, self.handler.flow, unread)
        return self._settled(made)

    def _settled(self, made: Sequence[MadeDocument]) -> set[int | None]:
        found = [(each, read(self.cycle, each)) for each in made]
        if not found:
            return set()
        with transaction("settle"):
            return {
                each.item.source_id
                for each, result in found
                if not finish(self.cycle, self.handler, each, result)
            }


def read(cycle: Cycle, document: MadeDocument) -> Made | Failure:
    """Number and contents of a document, compared; no call is made once the cycle has ended."""
    if document.step.read_back and cycle.ended_by is not None:
        return Failure(Code.UNCLEAR_ANSWER, ENDED.format(document.id, cycle.ended_by.text))
    found = fenced(document.item.label, partial(document.step.number, document.id))
    if isinstance(found, Failure):
        cycle.heard(found if found.group is Group.VERIFY_FIRST else None)
        return found
    cycle.heard(None)
    return found if isinstance(found, Made) else Made(found)


def finish(cycle: Cycle, handler: DocumentHandler, document: MadeDocument, result: Made | Failure) -> bool:
    """Settle one document, in the transaction of all; whether its order may go on."""
    item, step = document.item, document.step
    if isinstance(result, Failure):
        # an error of ours says nothing of the call, which is looked up like any other
        attempt = None if result.code is Code.UNFORESEEN else document.attempt
        verdict = failed(cycle, item, result, attempt)
        return not cycle.apply([verdict]) and verdict.letter != "d"
    if step.goes_on:
        text = f"part {len(step.earlier) + 1} of the document is {result.number}"
        return again(cycle, item, document.attempt, text)
    cycle.count("confirmed")
    verdict = confirmed(
        handler,
        item,
        "c",
        str(document.id),
        result.number,
        attempt=document.attempt,
        text=result.text,
        earlier=step.earlier,
    )
    settle(cycle, item, verdict, result.follows)
    return True


def failed(cycle: Cycle, item: Item, failure: Failure, attempt: int | None = None) -> Verdict:
    """The verdict on one delivery: it is the store that has said so, whatever else the cycle writes to."""
    return cycle.after_failure(item, failure, attempt, of_company=False)


def again(cycle: Cycle, item: Item, attempt: int, text: str) -> bool:
    """The rest of it in the next cycle, before anything else of its order: nothing has failed."""
    cycle.apply(
        [Verdict(item.id, "g", attempt_id=attempt, text=f"{text}; the rest follows in the next cycle")]
    )
    return False


def settle(cycle: Cycle, item: Item, verdict: Verdict, follows: Sequence[NewDelivery]) -> None:
    """It is there, and by the same commit its order's status, which Magento has reset, is to be reported again."""
    with transaction("settle"):
        if not cycle.apply([verdict]):
            for follow in cycle.followers.document_made:
                follow(cycle, item)
            delivery.create_many(follows, cycle.now())


def confirmed(
    handler: DocumentHandler,
    item: Item,
    letter: str,
    made: str,
    number: str,
    *,
    attempt: int | None = None,
    text: str = "",
    earlier: Sequence[tuple[str, str]] = (),
) -> Verdict:
    """It is there; tied into the chain by the same commit, with its `earlier` parts as (id, number)."""
    parts = (*earlier, (made, number)) if made else ()
    links = tuple((handler.link, *part) for part in parts) if handler.link else ()
    return Verdict(
        item.id, letter, attempt_id=attempt, text=text, target_id=made, target_number=number, links=links
    )
