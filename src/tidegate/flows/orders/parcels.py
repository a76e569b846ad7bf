"""Orders that are handed over: sent in parcels whose result is read later, record by record.

A parcel is recorded with the attempts it carries before it leaves; its tracking reference is noted when
the company has answered. What lies in an open parcel is neither sent again nor counted as failed: only its
result (`collect`), or a look-up that finds the order, says what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.terms import Terms
from tidegate.domain.parcel import Parcel, is_overdue
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.orders.found_orders import as_it_was_sent, judge_found, verdict_of_accepted
from tidegate.flows.status import notes
from tidegate.flows.stored_order import expected
from tidegate.ledger import delivery, lookups, parcels
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.sage.port.orders import Found, OrderKey, OrderSearch, OrderWriting
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome
from tidegate.sage.port.session import Session

SCOPE = "orders"
#: What a verdict on a record that was just sent becomes for one whose parcel was read.
COLLECTED = {"c": "t", "e": "t", "d": "x", "g": "u", "h": "v", "i": "w"}


def collect(cycle: Cycle, session: Session, terms: Terms) -> None:
    """Read the results of the connection's open parcels; the first act of a cycle with this company."""
    due = parcels.to_collect(cycle.name, SCOPE, cycle.now())
    if not due or not cycle.may_call_company():
        return
    outcomes = session.orders.collect(due)
    if isinstance(outcomes, Failure):
        cycle.call_failed(outcomes)
        return
    about = session.orders.about
    for parcel in due:
        known = {key: outcomes[key] for key in parcel.keys if key in outcomes}
        if known:
            Result(cycle, terms, about, parcel, known).carry_out()
    look_up_late(cycle, session, terms)


def something_to_collect(cycle: Cycle) -> bool:
    """Whether a parcel may have a result by now."""
    return parcels.any_open(cycle.name, SCOPE, cycle.now())


def look_up_late(cycle: Cycle, session: Session, terms: Terms) -> None:
    """Look up what lies in parcels that are overdue: their result may be lost.

    What is found is confirmed. What is not may still be taken out of the parcel, so that it is sent again only when
    the parcel has expired.
    """
    search, size = session.order_search, session.orders.about.lookups_per_call
    if search is None:
        return
    for parcel in parcels.open_parcels(cycle.name, SCOPE):
        late = is_overdue(parcel, cycle.connection.settings.alerts.parcel_hours, cycle.now())
        if not late:
            continue
        items = lookups.items([pk for pk, _ in parcels.records(parcel.id).values()])
        for start in range(0, len(items), size):
            if not cycle.may_call_company():
                return
            orders = lying(cycle, terms, session.orders.about, items[start : start + size])
            look_up(cycle, search, parcel, orders)


def lying(
    cycle: Cycle, terms: Terms, about: OrderWriting, items: Sequence[Item]
) -> list[tuple[Item, SalesOrder]]:
    """Those that are still handed over, as the company should have them."""
    found = []
    for item in items:
        order = fenced(item.label, partial(expected, item, terms, about.arithmetic))
        if item.state is State.HANDED_OVER and not isinstance(order, Failure):
            found.append((item, order))
    return found


def look_up(
    cycle: Cycle, search: OrderSearch, parcel: Parcel, orders: Sequence[tuple[Item, SalesOrder]]
) -> None:
    """One pooled look-up of records that were handed over."""
    if not orders:
        return
    found = search.find([OrderKey(order.key, order.reference) for _, order in orders])
    if isinstance(found, Failure):
        cycle.call_failed(found)
        return
    expired = parcel.expires is not None and parcel.expires <= cycle.now()
    verdicts: list[Verdict] = []
    for item, order in orders:
        judged = judge_found(cycle, item, found[order.key], order)
        if judged is not None:
            letter = judged.letter if judged.letter == "e" else COLLECTED[judged.letter]
            verdicts.append(replace(judged, letter=letter))
        elif expired:
            text = f"parcel {parcel.tracking or parcel.id} expired, and the company does not have the order"
            verdicts += [Verdict(item.id, "x", text=text), Verdict(item.id, "f", text=text)]
    with transaction("verify"):
        moved_on = set(delivery.apply(verdicts, cycle.now(), lease=cycle.lease))
        made = [each for each in verdicts if each.letter == "e" and each.delivery_id not in moved_on]
        notes.ask_for(cycle, made, cycle.now())


class Result:
    """What was read of one parcel: it is settled in one commit."""

    def __init__(
        self,
        cycle: Cycle,
        terms: Terms,
        about: OrderWriting,
        parcel: Parcel,
        outcomes: Mapping[str, Outcome],
    ) -> None:
        self.cycle = cycle
        self.terms = terms
        self.about = about
        self.parcel = parcel
        self.outcomes = outcomes
        self.records = parcels.records(parcel.id)

    def carry_out(self) -> None:
        """Settle each record that has an outcome; the others stay where they are, or are missing."""
        items = {item.id: item for item in lookups.items([pk for pk, _ in self.records.values()])}
        verdicts: list[Verdict] = []
        for key, (delivery_id, _) in self.records.items():
            item = items[delivery_id]
            if item.state in (State.HANDED_OVER, State.IN_DOUBT):
                verdicts += self.verdicts(item, key)
        with transaction("collect"):
            now = self.cycle.now()
            if self.lying is not None:
                parcels.note_tracking(
                    self.parcel.id,
                    self.lying.parcel,
                    now,
                    not_before=self.lying.not_before,
                    expires=self.lying.expires,
                )
            if refused_whole(self.outcomes, self.records):
                parcels.refuse(self.parcel.id, now)
            moved_on = set(delivery.apply(verdicts, now, lease=self.cycle.lease))
            made = [each for each in verdicts if each.letter == "t" and each.delivery_id not in moved_on]
            notes.ask_for(self.cycle, made, now)

    @property
    def lying(self) -> HandedOver | None:
        """Where the records lie of which nothing else is known yet."""
        return next((each for each in self.outcomes.values() if isinstance(each, HandedOver)), None)

    def verdicts(self, item: Item, key: str) -> list[Verdict]:
        """The transitions of one record; none while nothing is known of it."""
        lies = [Verdict(item.id, "s", text=self.name)] if item.state is State.IN_DOUBT else []
        outcome = self.outcomes.get(key)
        if isinstance(outcome, HandedOver):
            return lies
        if outcome is None and self.lying is not None:
            return []
        judged = self.judged(item, outcome)
        return [*lies, replace(judged, letter=COLLECTED[judged.letter], attempt_id=None)]

    def judged(self, item: Item, outcome: Accepted | Failure | None) -> Verdict:
        """The same verdict as on an order that was answered at once."""
        attempt_id = next(attempt for pk, attempt in self.records.values() if pk == item.id)
        if outcome is None:
            text = f"{self.name} was answered, and the answer leaves this order out: it is looked up"
            return Verdict(item.id, "d", code=Code.UNCLEAR_ANSWER, text=text)
        if isinstance(outcome, Accepted):
            there = Found(
                id=outcome.id,
                number=outcome.number,
                status=outcome.status,
                key="",
                reference="",
                ours=True,
                gross=outcome.gross,
            )
            order = fenced(item.label, partial(expected, item, self.terms, self.about.arithmetic))
            if not isinstance(order, Failure):
                order = as_it_was_sent(self.cycle, item, there, order)
                return verdict_of_accepted(
                    self.cycle, item, outcome, order, attempt_id, states_totals=self.about.states_totals
                )
            outcome = order
        return after_refusal(self.cycle, item, outcome, attempt_id, len(self.records))

    @property
    def name(self) -> str:
        """The parcel in words."""
        return f"parcel {self.parcel.tracking or self.parcel.id}"


def after_refusal(cycle: Cycle, item: Item, failure: Failure, attempt_id: int, records: int) -> Verdict:
    """One record's failure; where a whole parcel was refused, it goes again in a smaller one, uncounted."""
    if failure.code is not Code.PARCEL_REFUSED:
        return cycle.after_failure(item, failure, attempt_id)
    if records == 1:
        return cycle.after_failure(item, replace(failure, code=Code.REFUSED), attempt_id)
    text = f"{failure.text} It was one of {records} and goes again with half of them."
    return Verdict(item.id, "g", attempt_id=attempt_id, code=failure.code, text=text)


def refused_whole(outcomes: Mapping[str, Outcome], records: Mapping[str, object]) -> bool:
    """Whether a parcel of several records was refused without a word which of them is at fault."""
    return len(records) > 1 and all(
        isinstance(each, Failure) and each.code is Code.PARCEL_REFUSED
        for each in (outcomes.get(key) for key in records)
    )
