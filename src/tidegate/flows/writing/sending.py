"""Send records to the company: attempt, call, outcome. Every flow's way.

1. the attempt is committed before its request leaves, those of a few calls at once, and with it the parcel that
   carries it where the company may answer later;
2. its outcome is committed together with the next attempts, or at the end; a process that crashes in between leaves
   an attempt without an outcome, which is *in doubt* and looked up before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.halving import parcels_of
from tidegate.domain.parcel import digest_of
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.writing.attempts import Record, commit, is_too_late, logged, too_late
from tidegate.flows.writing.together import MOST, Together, unsent
from tidegate.flows.writing.writing import Writing
from tidegate.ledger import parcels
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome

Call = Callable[[Sequence[Record]], Iterable[tuple[str, Outcome]]]
UNANSWERED = Failure(Code.UNCLEAR_ANSWER, "the company's answer does not mention this record")


@dataclass(slots=True)
class Chunk:
    """The records of one call, and what is known of them: settled with the next call's attempts, or at the end."""

    records: Sequence[Record]
    attempts: Mapping[int, int] = field(default_factory=dict)
    parcel: int | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    answers: dict[str, Outcome] = field(default_factory=dict)
    called: bool = False  #: else what was recorded has certainly not left

    @property
    def leaving(self) -> list[Record]:
        """Those with an attempt."""
        return [record for record in self.records if record.item.id in self.attempts]


def send(cycle: Cycle, writing: Writing, records: Sequence[Record], call: Call) -> None:
    """Attempt, send, settle, a few calls at a time; stops before the first call that a closed window forbids."""
    left = [Chunk(part) for part in chunks(writing, records)]
    together = Together(cycle.connection.clock, most=1 if writing.in_parcels or writing.size > 1 else MOST)
    last: Sequence[Chunk] = ()
    try:
        while left and cycle.may_call_company() and not must_wait(cycle, writing):
            group, left = left[: together.size], left[together.size :]
            recorded_at = cycle.now()
            begin(cycle, writing, group, last)
            last = group
            together.begin()
            if not all(leave(cycle, writing, chunk, call, recorded_at) for chunk in group):
                break  # what was recorded and not sent goes with the next cycle
            together.end()
            if writing.in_parcels:  # the ledger knows whether the company takes another parcel
                last = ()
                settle(cycle, writing, group)
    finally:
        settle(cycle, writing, last)


def leave(cycle: Cycle, writing: Writing, chunk: Chunk, call: Call, recorded_at: datetime) -> bool:
    """One call, whose attempts are recorded; false: neither it nor those behind it may be made now."""
    if not chunk.leaving or not named(cycle, writing, chunk):
        return True
    if is_too_late(cycle, recorded_at):
        chunk.verdicts = [too_late(each.item, chunk.attempts[each.item.id]) for each in chunk.leaving]
        return False
    if not cycle.may_call_company():
        return False
    chunk.called = True
    with logged(chunk.leaving, chunk.attempts):
        hear(cycle, writing, chunk, call(chunk.leaving))
    return True


def must_wait(cycle: Cycle, writing: Writing) -> bool:
    """Whether the company takes no parcel now: it has one whose result is not known."""
    if not writing.in_parcels or not writing.one_parcel:
        return False
    return parcels.is_open(cycle.connection.settings.company, writing.scope)


def chunks(writing: Writing, records: Sequence[Record]) -> Iterator[list[Record]]:
    """Split the records by what one call carries; those of a call that was refused as a whole go in halves."""
    by_id = {record.item.id: record for record in records}
    refused_together = {}
    if writing.in_parcels or writing.all_or_nothing:
        refused_together = parcels.refused_with(list(by_id))
    for ids in parcels_of(list(by_id), refused_together, writing.size):
        yield [by_id[delivery_id] for delivery_id in ids]


def begin(cycle: Cycle, writing: Writing, group: Sequence[Chunk], last: Sequence[Chunk]) -> None:
    """One commit: the outcomes of the last calls, the attempts of these, and the parcel that carries them."""
    now = cycle.now()
    records = [record for chunk in group for record in chunk.records]

    def before() -> None:
        carry_out(cycle, writing, last)
        writing.remember(records, now)

    def after(attempts: Mapping[int, int]) -> None:
        for chunk in group:
            chunk.attempts = attempts
            if writing.in_parcels and chunk.leaving:
                open_parcel(cycle, writing, chunk)

    commit(cycle, records, now, before, after)


def open_parcel(cycle: Cycle, writing: Writing, chunk: Chunk) -> None:
    """Store the row of the parcel with the records of this call, in a transaction."""
    chunk.parcel = parcels.open_parcel(
        cycle.lease,
        cycle.name,
        cycle.connection.settings.company,
        writing.scope,
        digest_of((each.key, each.payload_hash) for each in chunk.leaving),
        {each.item.id: (chunk.attempts[each.item.id], each.key) for each in chunk.leaving},
        cycle.now(),
        single=writing.in_parcels and writing.one_parcel,
    )


def named(cycle: Cycle, writing: Writing, chunk: Chunk) -> bool:
    """Record the parcel's reference when the product states it in advance; false: send nothing."""
    if writing.reserve is None or chunk.parcel is None:
        return True
    lies = writing.reserve(chunk.leaving)
    if isinstance(lies, HandedOver):
        note(cycle, chunk.parcel, lies)
        return True
    refused = replace(lies, sent=False)
    chunk.verdicts = [
        cycle.after_failure(each.item, refused, chunk.attempts[each.item.id]) for each in chunk.leaving
    ]
    return False


def note(cycle: Cycle, parcel: int, lies: HandedOver) -> None:
    """A parcel's reference, and when to ask for its result."""
    with transaction("tracking"):
        parcels.note_tracking(
            parcel, lies.parcel, cycle.now(), not_before=lies.not_before, expires=lies.expires
        )


def hear(cycle: Cycle, writing: Writing, chunk: Chunk, answered: Iterable[tuple[str, Outcome]]) -> None:
    """The call itself, and what its answer means for each record."""
    waiting = {record.key: record for record in chunk.leaving}
    count = len(waiting)
    for key, outcome in answered:
        if key in waiting:  # the others of this call are not answered by it
            chunk.answers[key] = outcome
            chunk.verdicts += verdicts_on(cycle, writing, chunk, waiting.pop(key), outcome, count)
    for record in waiting.values():
        chunk.answers[record.key] = UNANSWERED
        chunk.verdicts += verdicts_on(cycle, writing, chunk, record, UNANSWERED, count)


def verdicts_on(
    cycle: Cycle, writing: Writing, chunk: Chunk, record: Record, outcome: Outcome, count: int
) -> Sequence[Verdict]:
    """What the company's answer means for one record of `count` that went together."""
    cycle.count("sent")
    attempt_id = chunk.attempts[record.item.id]
    if isinstance(outcome, Accepted):
        cycle.heard(None)
        return writing.confirm(record.item, outcome, attempt_id)
    if isinstance(outcome, HandedOver):
        if writing.in_parcels:
            cycle.heard(None)
            cycle.count("handed_over")
            text = f"handed over to the company in parcel {outcome.parcel}; its answer is read later"
            return [Verdict(record.item.id, "s", attempt_id=attempt_id, text=text)]
        text = f"handed over in parcel {outcome.parcel}, whose answer cannot be read: the record is looked up"
        outcome = Failure(Code.UNCLEAR_ANSWER, text)
    verdict = after_refusal(cycle, record.item, outcome, attempt_id, count)
    cycle.heard(outcome if verdict.letter == "d" else None)
    return [verdict]


def after_refusal(cycle: Cycle, item: Item, failure: Failure, attempt_id: int, count: int) -> Verdict:
    """One record's failure; where a whole call was refused, it goes again in a smaller one, uncounted."""
    if failure.code is not Code.PARCEL_REFUSED:
        return cycle.after_failure(item, failure, attempt_id)
    if count == 1:
        return cycle.after_failure(item, replace(failure, code=Code.REFUSED), attempt_id)
    text = f"{failure.text} It was sent with {count} records and is sent again with half of them."
    return Verdict(item.id, "g", attempt_id=attempt_id, code=failure.code, text=text)


def refused_whole(answers: Mapping[str, Outcome], keys: Iterable[str]) -> bool:
    """Whether a call of several records was refused without saying which record is at fault."""
    answered = [answers.get(key) for key in keys]
    return len(answered) > 1 and all(
        isinstance(each, Failure) and each.code is Code.PARCEL_REFUSED for each in answered
    )


def settle(cycle: Cycle, writing: Writing, group: Sequence[Chunk]) -> None:
    """One commit of its own."""
    if any(chunk.verdicts or not chunk.called for chunk in group):
        with transaction("outcome"):
            carry_out(cycle, writing, group)


def carry_out(cycle: Cycle, writing: Writing, group: Sequence[Chunk]) -> None:
    """Store the company's answers and the parcels' tracking references, in a transaction."""
    verdicts = []
    for chunk in group:
        if not chunk.called and not chunk.verdicts:
            chunk.verdicts = [unsent(each.item, chunk.attempts[each.item.id]) for each in chunk.leaving]
        if not chunk.verdicts:
            continue
        verdicts += chunk.verdicts
        lying = next((each for each in chunk.answers.values() if isinstance(each, HandedOver)), None)
        if lying is not None and chunk.parcel is not None:
            note(cycle, chunk.parcel, lying)
        if refused_whole(chunk.answers, [record.key for record in chunk.leaving]):
            if chunk.parcel is None:  # of a call that is answered at once: who was in it is what halves it
                open_parcel(cycle, writing, chunk)
            parcels.refuse(chunk.parcel or 0, cycle.now())
    if verdicts:
        writing.settle(verdicts)
