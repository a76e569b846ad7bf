"""The lettered transitions of `domain.states`, carried out many at once. Nothing else sets a state.

(`create_many` sets the first state, `begin` carries out transition b, write-ahead.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from tidegate.domain.states import TRANSITIONS, State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import happened, models, parcels, rows
from tidegate.ledger.database import inside
from tidegate.ledger.faults import LeaseLost
from tidegate.ledger.lease import Lease, check
from tidegate.ledger.texts import LONGEST_REASON, storable

#: What an unresolved attempt's outcome becomes; a letter that is missing here leaves it unresolved.
OUTCOMES = {
    "c": "accepted",
    "e": "found",
    "f": "absent",
    "g": "refused",
    "h": "refused",
    "i": "refused",
    "o": "linked",
    "t": "accepted",
    "u": "refused",
    "v": "refused",
    "w": "refused",
}
#: After these nothing is wrong any more: the reason goes, the history keeps it.
_CLEARING = frozenset("acejloprst")
#: A person starts afresh: failures before it no longer count.
_FRESH = frozenset("lpr")
_ANSWERING = frozenset("ceot")
#: A person should see these in the log.
_REPORTED = {"h": "review", "i": "hold", "v": "review", "w": "hold"}
#: What holds a thing that is missing.
_HOLDING = frozenset("iw")
#: A look-up says that the target does not have it: no such word is taken while it lies in an open parcel.
_ABSENT = "f"
#: The answer to the parcel does not mention it.
_LEFT_OUT = "x"

_COLUMNS = (
    "state",
    "failures",
    "reason_code",
    "reason",
    "waits_for",
    "overruled",
    "due_at",
    "changed_at",
    "target_id",
    "target_number",
    "target_status",
    "target_kind",
    "target_total",
    "adopted",
    "batch",
)
_READ = ("id", "source", "scope", "fence", "connection", "flow", "step", "label", *_COLUMNS)


@dataclass(slots=True)
class _Row:
    id: int
    source_id: int | None
    scope: str
    fence: int
    connection: str
    flow: str
    step: str
    label: str
    state: str
    failures: int
    reason_code: str
    reason: str
    waits_for: str
    overruled: str
    due_at: datetime | None
    changed_at: datetime
    target_id: str
    target_number: str
    target_status: str
    target_kind: str
    target_total: Decimal | None
    adopted: bool
    batch: int | None
    unresolved: int | None = None  # the attempt without outcome
    record: int | None = None  # of the open parcel that contains it
    changed: bool = False

    @property
    def may_be_there(self) -> bool:
        """Whether the target may have the document: never forgotten, never sent without a look-up."""
        return self.unresolved is not None or bool(self.target_id or self.target_number)


@dataclass(slots=True)
class _Work:
    """What one call writes, gathered so that it takes few statements."""

    now: datetime
    lease: Lease | None
    actor: str
    overrule: bool
    reclaiming: bool
    found: dict[int, _Row] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    events: list[tuple[object, ...]] = field(default_factory=list)
    attempts: list[tuple[object, ...]] = field(default_factory=list)
    links: list[tuple[object, ...]] = field(default_factory=list)
    records: list[tuple[int, str]] = field(default_factory=list)  # of parcels
    _batch: int | None = None

    def batch(self) -> int | None:
        """The open batch of the lease, asked for once."""
        if self._batch is None and self.lease is not None:
            mine = models.Batch.objects.filter(
                scope=self.lease.scope, flow=self.lease.flow, fence=self.lease.fence, ended_at=None
            )
            self._batch = mine.values_list("pk", flat=True).order_by("-pk").first()
        return self._batch


def apply(
    verdicts: Sequence[Verdict], now: datetime, *, lease: Lease | None, actor: str = "engine"
) -> list[int]:
    """Carry out the verdicts, in their order; returns the ids of deliveries that refused one.

    A verdict is refused, and changes nothing, when the delivery is not in a state its letter starts
    from, when its attempt is not the unresolved one, when the delivery was begun under another lease,
    or when the target may have the document (an unresolved attempt) and the letter would forget that.
    Raises `LeaseLost`; outcomes of a call that outlived an expired lease are taken if no other worker took it.
    """
    return carry_out(verdicts, now, lease=lease, actor=actor)


def carry_out(
    verdicts: Sequence[Verdict],
    now: datetime,
    *,
    lease: Lease | None,
    actor: str,
    overrule: bool = False,
    reclaiming: bool = False,
) -> list[int]:
    """`apply` with what only the ledger itself may do."""
    inside(now)
    if lease is not None:
        check(lease, now, late=True)
    refused: list[int] = []
    by_delivery: dict[int, list[Verdict]] = {}
    for verdict in verdicts:
        by_delivery.setdefault(verdict.delivery_id, []).append(verdict)
    for part in rows.chunks(sorted(by_delivery)):
        work = _Work(now, lease, actor, overrule, reclaiming, found=_locked(part))
        for delivery_id in part:
            for verdict in by_delivery[delivery_id]:
                _one(work, verdict)
        _write(work)
        refused.extend(work.refused)
    return refused


#: Attempts without an outcome, with the record of the parcel they went with, if that has none either.
_UNRESOLVED = """
    SELECT attempt.delivery_id, attempt.id, record.id FROM tidegate_attempt AS attempt
    LEFT JOIN tidegate_parcelrecord AS record ON record.attempt_id = attempt.id AND record.outcome = ''
    WHERE attempt.outcome = '' AND attempt.delivery_id IN ({})
"""


def _locked(ids: Sequence[int]) -> dict[int, _Row]:
    marks = rows.marks(ids)
    # always in the order of ids: two workers can then never wait for each other
    ending = f"WHERE id IN ({marks}) ORDER BY id {rows.for_update()}"
    found = {values[0]: _Row(*values) for values in rows.find(models.Delivery, _READ, ending, *ids)}
    for delivery_id, attempt_id, record_id in rows.fetch_all(_UNRESOLVED.format(marks), *ids):
        found[delivery_id].unresolved, found[delivery_id].record = attempt_id, record_id
    return found


def _one(work: _Work, verdict: Verdict) -> None:
    row = work.found.get(verdict.delivery_id)
    if row is None or not _allowed(work, verdict, row):
        work.refused.append(verdict.delivery_id)
        return
    letter = verdict.letter
    before, row.state = row.state, TRANSITIONS[letter][1].value
    text = storable(verdict.text, LONGEST_REASON)
    if work.overrule and row.reason_code:
        row.overruled = " ".join(dict.fromkeys([*row.overruled.split(), row.reason_code]))
    if letter in _CLEARING:
        row.reason_code, row.reason = "", ""
    elif verdict.code or text or letter != "f":  # f may keep what put it in doubt
        row.reason_code, row.reason = verdict.code, text
    row.waits_for = storable(verdict.waits_for) if letter in _HOLDING else ""
    row.failures = 0 if letter in _FRESH else row.failures + verdict.counted
    row.due_at, row.changed_at, row.changed = verdict.due_at, work.now, True
    _note_target(verdict, row)
    _note_attempt(work, verdict, row, before, text)
    if letter == "g" and before == State.QUEUED:
        row.batch = work.batch() or row.batch  # failed before its attempt: not again in this cycle
    note = f"{verdict.code}: {text}" if verdict.code and text else text or verdict.code or row.target_number
    work.events.append((row.id, work.now, letter, before, row.state, work.actor, note))
    if letter in _REPORTED and row.state != before:
        happened.record(
            _REPORTED[letter],
            connection=row.connection,
            flow=row.flow,
            step=row.step,
            order=row.label,
            code=verdict.code,
            text=text,
        )
    if row.source_id is not None:
        work.links.extend(
            (row.source_id, row.id, kind, storable(identifier), storable(number))
            for kind, identifier, number in verdict.links
        )


def _allowed(work: _Work, verdict: Verdict, row: _Row) -> bool:
    if row.state not in TRANSITIONS[verdict.letter][0] or verdict.letter == "b":
        return False
    if verdict.attempt_id is not None and verdict.attempt_id != row.unresolved:
        return False
    if row.state == State.SENDING and not work.reclaiming:
        if work.lease is None:
            raise LeaseLost("what became of an attempt is recorded under the lease it was begun with")
        return (row.scope, row.fence) == (work.lease.scope, work.lease.fence)
    if row.state == State.HANDED_OVER and work.lease is None:
        return False  # no person and nothing but the flow that collects it
    if verdict.letter == _ABSENT and row.record is not None:
        return False  # the target may take it out of the parcel yet
    if row.state == State.REVIEW:
        # what the target may have is looked up (r) or linked (o), never forgotten
        return verdict.letter == "o" or (verdict.letter == "r") == row.may_be_there
    if row.state == State.CANCELLED:
        return not row.may_be_there
    return True


def _note_target(verdict: Verdict, row: _Row) -> None:
    if verdict.letter == "f":  # proved absent
        row.target_id, row.target_number, row.target_total, row.target_kind = "", "", None, ""
    if verdict.target_id or verdict.target_number:  # also with h: it is there, and something is wrong with it
        row.target_id, row.target_number = storable(verdict.target_id), storable(verdict.target_number)
        row.target_total, row.target_kind = verdict.total, storable(verdict.target_kind)
    if verdict.letter in _ANSWERING:
        row.adopted = verdict.adopted or verdict.letter in "eo"
    if verdict.target_status or verdict.letter == "f":
        row.target_status = storable(verdict.target_status)


def _note_attempt(work: _Work, verdict: Verdict, row: _Row, before: str, text: str) -> None:
    if row.unresolved is None:
        return
    outcome = OUTCOMES.get(verdict.letter, "")
    if verdict.letter in "hv" and (verdict.target_id or verdict.target_number):
        outcome = "accepted" if before in (State.SENDING, State.HANDED_OVER) else "found"
    elif verdict.letter == "h" and before == State.IN_DOUBT:
        outcome = ""  # the look-up raised a question; it did not prove that the target has nothing
    note = text or _answer(verdict)
    work.attempts.append((row.unresolved, outcome, work.now if outcome else None, verdict.code, note))
    if row.record is not None and (outcome or verdict.letter == _LEFT_OUT):
        work.records.append((row.record, outcome or "missing"))
        row.record = None
    if outcome:
        row.unresolved = None


def _answer(verdict: Verdict) -> str:
    """What the target answered about a record that it took: the attempt's own, whatever becomes of the delivery."""
    if not (verdict.target_id or verdict.target_number):
        return ""
    identifier = f" (id {verdict.target_id})" if verdict.target_id not in ("", verdict.target_number) else ""
    total = f", total {verdict.total}" if verdict.total is not None else ""
    status = f", {verdict.target_status}" if verdict.target_status else ""
    return storable(f"{verdict.target_number or verdict.target_id}{identifier}{total}{status}")


def _write(work: _Work) -> None:
    changed = [
        (row.id, *(getattr(row, column) for column in _COLUMNS)) for row in work.found.values() if row.changed
    ]
    rows.update(models.Delivery, _COLUMNS, changed)
    rows.update(models.Attempt, ("outcome", "ended_at", "code", "text"), work.attempts)
    rows.insert(models.Event, ("delivery", "at", "letter", "before", "after", "actor", "text"), work.events)
    if work.records:
        parcels.settle(work.records, work.now)
    if work.links:
        rows.insert_new(
            models.Link, ("source", "delivery", "kind", "identifier", "number"), work.links, "kind"
        )


def many(ids: Sequence[int], like: Verdict) -> list[Verdict]:
    """The same verdict for many deliveries."""
    return [replace(like, delivery_id=delivery_id) for delivery_id in ids]
