"""What became of parcels: read later, record by record, or looked up once they are overdue.

A record in an open parcel is neither sent again nor counted as failed: only its result, or a look-up that finds
it, says what became of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel, is_overdue
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.writing.sending import after_refusal, refused_whole
from tidegate.flows.writing.writing import Writing
from tidegate.ledger import lookups, parcels
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome

#: What a verdict on a record that was just sent becomes for one whose parcel was read.
COLLECTED = {"c": "t", "e": "t", "d": "x", "g": "u", "h": "v", "i": "w"}

Collect = Callable[[Sequence[Parcel]], Mapping[str, Outcome] | Failure]
#: What a look-up has found of records in a parcel: delivery -> its verdicts; it proves nothing absent.
Found = Callable[[Sequence[Item]], Mapping[int, Sequence[Verdict]] | Failure]


def are_waited_for(cycle: Cycle) -> bool:
    """Whether a parcel of this flow, whatever it carries, may have a result by now; cheap."""
    return parcels.any_open(cycle.name, None, cycle.now(), cycle.flow)


def collect(cycle: Cycle, writing: Writing, ask: Collect) -> bool:
    """Read the results of the flow's open parcels; whether any could be asked for."""
    due = parcels.to_collect(cycle.name, writing.scope, cycle.now(), cycle.flow)
    if not due or not cycle.may_call_company():
        return False
    outcomes = ask(due)
    if isinstance(outcomes, Failure):
        cycle.call_failed(outcomes)
        return False
    for parcel in due:
        known = {key: outcomes[key] for key in parcel.keys if key in outcomes}
        if known:
            Result(cycle, writing, parcel, known).carry_out()
    return True


def look_up_late(
    cycle: Cycle, writing: Writing, size: int, look_up: Found, *, proves_absence: bool = True
) -> None:
    """Look up the records of overdue parcels, `size` at a time: their result may be lost.

    What is found is confirmed. What is not may still be taken out of the parcel, so that it is sent again only when
    the parcel has expired; where this look-up proves nothing (`proves_absence`) it is in doubt then, for the flow's own.
    """
    hours = cycle.connection.settings.alerts.parcel_hours
    for parcel in parcels.open_parcels(cycle.name, writing.scope, cycle.flow):
        if not is_overdue(parcel, hours, cycle.now()):
            continue
        items = lookups.items([pk for pk, _ in parcels.records(parcel.id).values()])
        lying = [item for item in items if item.state is State.HANDED_OVER]
        for start in range(0, len(lying), size):
            if not cycle.may_call_company():
                return
            chunk = lying[start : start + size]
            found = look_up(chunk)
            if isinstance(found, Failure):
                cycle.call_failed(found)
                return
            settle_late(cycle, writing, parcel, chunk, found, proves_absence)


def settle_late(
    cycle: Cycle,
    writing: Writing,
    parcel: Parcel,
    items: Sequence[Item],
    found: Mapping[int, Sequence[Verdict]],
    proves_absence: bool,
) -> None:
    """One commit: what was found, and what is not there although nothing can take it out of the parcel any longer."""
    expired = parcel.expires is not None and parcel.expires <= cycle.now()
    verdicts: list[Verdict] = []
    for item in items:
        if item.id in found:
            verdicts += collected(item, found[item.id])
        elif expired:
            text = f"{name_of(parcel)} expired, and the company does not have the record"
            doubtful = Verdict(item.id, "x", code=Code.NO_ANSWER, text=f"{name_of(parcel)} expired")
            verdicts += (
                [Verdict(item.id, letter, text=text) for letter in "xf"] if proves_absence else [doubtful]
            )
    if verdicts:
        with transaction("verify"):
            writing.settle(verdicts)


def collected(item: Item, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """As above, for a record that was handed over; what a look-up has found stays found."""
    return [
        replace(each, letter=COLLECTED.get(each.letter, each.letter))
        if each.delivery_id == item.id and each.letter != "e"
        else each
        for each in verdicts
    ]


def name_of(parcel: Parcel) -> str:
    """The parcel in words."""
    return f"parcel {parcel.tracking or parcel.id}"


@dataclass(frozen=True, slots=True)
class Result:
    """What was read of one parcel: it is settled in one commit."""

    cycle: Cycle
    writing: Writing
    parcel: Parcel
    outcomes: Mapping[str, Outcome]

    def carry_out(self) -> None:
        """Settle each record that has an outcome; the others stay where they are, or are missing."""
        records = parcels.records(self.parcel.id)
        items = {item.id: item for item in lookups.items([pk for pk, _ in records.values()])}
        verdicts: list[Verdict] = []
        for key, (delivery_id, attempt_id) in records.items():
            item = items[delivery_id]
            if item.state in (State.HANDED_OVER, State.IN_DOUBT):
                verdicts += self.verdicts(item, key, attempt_id, len(records))
        with transaction("collect"):
            now, lies = self.cycle.now(), self.lying
            if lies is not None:
                parcels.note_tracking(
                    self.parcel.id, lies.parcel, now, not_before=lies.not_before, expires=lies.expires
                )
            if refused_whole(self.outcomes, records):
                parcels.refuse(self.parcel.id, now)
            self.writing.settle(verdicts)

    @property
    def lying(self) -> HandedOver | None:
        """The parcel of the records of which nothing else is known yet."""
        return next((each for each in self.outcomes.values() if isinstance(each, HandedOver)), None)

    def verdicts(self, item: Item, key: str, attempt_id: int, count: int) -> list[Verdict]:
        """The transitions of one record; none while nothing is known of it."""
        lies = [Verdict(item.id, "s", text=name_of(self.parcel))] if item.state is State.IN_DOUBT else []
        outcome = self.outcomes.get(key)
        if isinstance(outcome, HandedOver):
            return lies
        if outcome is None and self.lying is not None:
            return []
        checked = self.verdicts_of(item, outcome, attempt_id, count)
        return [
            *lies,
            *(
                replace(each, letter=COLLECTED[each.letter], attempt_id=None)
                if each.delivery_id == item.id
                else each
                for each in checked
            ),
        ]

    def verdicts_of(
        self, item: Item, outcome: Accepted | Failure | None, attempt_id: int, count: int
    ) -> Sequence[Verdict]:
        """The same verdicts as on a record that was answered at once."""
        if isinstance(outcome, Accepted):
            return self.writing.confirm(item, outcome, attempt_id)
        if outcome is None:
            text = f"the answer to {name_of(self.parcel)} does not mention this record: it is looked up"
            return [Verdict(item.id, "d", code=Code.UNCLEAR_ANSWER, text=text)]
        return [after_refusal(self.cycle, item, outcome, attempt_id, count)]
