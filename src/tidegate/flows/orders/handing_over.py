"""Send orders in parcels: what an `OrderBatch` does where the company may answer later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.halving import parcels_of
from tidegate.domain.parcel import digest_of
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.orders import reductions
from tidegate.flows.orders.found_orders import verdict_of_accepted
from tidegate.flows.orders.parcels import SCOPE, after_refusal, refused_whole
from tidegate.flows.orders.ready import Ready, longest_pause, too_late
from tidegate.ledger import delivery, parcels
from tidegate.ledger.database import transaction
from tidegate.sage.port.orders import OrderDesk
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome

Attempts = Mapping[int, int]
UNANSWERED = Failure(Code.UNCLEAR_ANSWER, "the company's answer to the parcel says nothing of this order")


class HandingOver:
    """The parcels of one batch."""

    def __init__(
        self,
        cycle: Cycle,
        desk: OrderDesk,
        settle: Callable[[Sequence[Verdict]], None],
    ) -> None:
        """`settle` carries out verdicts with what follows from them, inside a transaction."""
        self.cycle = cycle
        self.desk = desk
        self.carry_out = settle
        self.company = cycle.connection.settings.company
        self.single = desk.about.one_parcel
        self.size = desk.about.orders_per_call

    @property
    def must_wait(self) -> bool:
        """Whether the company takes no parcel now: it has one whose result is not known."""
        return self.single and parcels.is_open(self.company, SCOPE)

    def send(self, ready: Sequence[Ready]) -> None:
        """Parcel after parcel, as far as the company takes them."""
        for chunk in self.chunks(ready):
            if not self.cycle.may_call_company() or self.must_wait:
                return
            recorded_at = self.cycle.now()
            parcel_id, attempts = self.begin(chunk)
            leaving = {each.order.key: each for each in chunk if each.item.id in attempts}
            if not leaving:
                continue
            passed = self.cycle.now() - recorded_at
            if not timedelta(0) <= passed <= longest_pause(self.cycle):
                with transaction("outcome"):
                    self.carry_out([too_late(each, attempts[each.item.id]) for each in leaving.values()])
                return
            sent = self.desk.send([each.prepared for each in leaving.values()])
            self.settle(parcel_id, leaving, attempts, dict(sent))

    def chunks(self, ready: Sequence[Ready]) -> Iterator[list[Ready]]:
        """The records of each parcel; those of one that was refused as a whole in halves."""
        by_id = {each.item.id: each for each in ready}
        suspects = parcels.refused_with(list(by_id))
        for ids in parcels_of(list(by_id), suspects, self.size):
            yield [by_id[delivery_id] for delivery_id in ids]

    def begin(self, chunk: Sequence[Ready]) -> tuple[int, Attempts]:
        """One commit: the attempts, and the parcel that carries them."""
        self.cycle.keep_lease()
        now = self.cycle.now()
        with transaction("attempt"):
            for each in chunk:
                reductions.remember(each.item, each.read, each.order, now)
            attempts = delivery.begin(
                self.cycle.lease,
                self.cycle.batch_id,
                [(each.item.id, each.prepared.payload_hash) for each in chunk],
                now,
            )
            leaving = [each for each in chunk if each.item.id in attempts]
            if not leaving:
                return 0, attempts
            parcel_id = parcels.open_parcel(
                self.cycle.lease,
                self.cycle.name,
                self.company,
                SCOPE,
                digest_of((each.order.key, each.prepared.payload_hash) for each in leaving),
                {each.item.id: (attempts[each.item.id], each.order.key) for each in leaving},
                now,
                single=self.single,
            )
        return parcel_id, attempts

    def settle(
        self,
        parcel_id: int,
        leaving: Mapping[str, Ready],
        attempts: Attempts,
        answers: Mapping[str, Outcome],
    ) -> None:
        """One commit: what the company has answered, and the parcel's tracking reference."""
        verdicts = [
            self.verdict(each, attempts[each.item.id], answers.get(key, UNANSWERED), len(leaving))
            for key, each in leaving.items()
        ]
        lying = next((each for each in answers.values() if isinstance(each, HandedOver)), None)
        now = self.cycle.now()
        with transaction("outcome"):
            if lying is not None:
                parcels.note_tracking(
                    parcel_id, lying.parcel, now, not_before=lying.not_before, expires=lying.expires
                )
            if refused_whole(answers, leaving):
                parcels.refuse(parcel_id, now)
            self.carry_out(verdicts)

    def verdict(self, each: Ready, attempt_id: int, outcome: Outcome, records: int) -> Verdict:
        """What the answer means for one order."""
        self.cycle.count("sent")
        if isinstance(outcome, HandedOver):
            self.cycle.heard(None)
            self.cycle.count("handed_over")
            text = f"lies with the company in parcel {outcome.parcel}"
            return Verdict(each.item.id, "s", attempt_id=attempt_id, text=text)
        if isinstance(outcome, Accepted):
            self.cycle.heard(None)
            return verdict_of_accepted(
                self.cycle,
                each.item,
                outcome,
                each.order,
                attempt_id,
                states_totals=self.desk.about.states_totals,
            )
        verdict = after_refusal(self.cycle, each.item, outcome, attempt_id, records)
        self.cycle.heard(outcome if verdict.letter == "d" else None)
        return verdict
