"""Orders handed over as requests of an import template that SOAP carries: `AOWSIMPORT` in batch. Source: contract §8.2.

The batch server works on them later. A request has a number, which X3 gives: where the answer with it was lost, nothing
but the orders themselves shows whether there is one. So absence is believed only when every such request must have been
worked on (`request_hours`); what the log says counts only for orders that cannot be looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel
from tidegate.redaction import redact
from tidegate.sage.asking_again import next_question
from tidegate.sage.import_job import NEVER_ARRIVED
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import HandedOver, Outcome
from tidegate.sage.x3 import answers, programs
from tidegate.sage.x3.carried_orders import CarriedOrders
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.order_search import OrderSearch
from tidegate.sage.x3.reference import Reference
from tidegate.sage.x3.rows import text_of
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.writers import ByTemplate


@dataclass(frozen=True, slots=True)
class _Result:
    """What a request's outputs say of it."""

    waits: bool
    lines: Sequence[str] = ()
    whole: str = ""  #: why no document of it could be read


class RequestOrders(CarriedOrders):
    """The order desk of a template that SOAP carries."""

    def __init__(
        self,
        writer: ByTemplate,
        search: OrderSearch,
        client: X3Client,
        reference: Reference,
        company: X3Settings,
        clock: Clock,
    ) -> None:
        """Makes no call."""
        super().__init__(writer, search, client, reference, company)
        self._clock = clock

    @property
    def programs(self) -> tuple[str, ...]:
        """The result of a request is another one's."""
        return (*super().programs, self._writer.result_program)

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """One request; every order in it has the same outcome. X3 keeps no rejected document: the hub corrects."""
        outputs = self._import(batch, "BATCH")
        outcome: Outcome
        if isinstance(outputs, Failure):
            outcome = outputs
        elif number := text_of(outputs, "O_REQNUM"):
            now = self._clock.now()
            outcome = HandedOver(number, next_question(now, now))
        else:
            said = redact(text_of(outputs, "O_MESSAGE"))[:300]
            outcome = Failure(Code.UNCLEAR_ANSWER, f"X3 has given the request no number: {said}")
        yield from ((one.order.key, outcome) for one in batch)

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """The orders first, for all of them in few calls; then the results of what is missing."""
        known = self._look([key for parcel in parcels for key in parcel.keys])
        if isinstance(known, Failure):
            return known
        found: dict[str, Outcome] = {}
        for parcel in parcels:
            there = {key: seen for key in parcel.keys if (seen := known[key]) is not None}
            missing = [key for key in parcel.keys if key not in there]
            outcomes = self._of(parcel, missing) if missing else {}
            if isinstance(outcomes, Failure):
                return outcomes
            found |= there | outcomes
        return found

    def _of(self, parcel: Parcel, missing: Sequence[str]) -> dict[str, Outcome] | Failure:
        """What is known of orders that X3 does not show."""
        now = self._clock.now()
        waits = dict.fromkeys(missing, HandedOver(parcel.tracking, next_question(parcel.opened_at, now)))
        if not parcel.tracking:
            late = now - parcel.opened_at >= timedelta(hours=self._writer.request_hours)
            return dict.fromkeys(missing, NEVER_ARRIVED) if late else {**waits}
        result = self._result(parcel.tracking)
        if isinstance(result, Failure):
            return result
        if result is None:
            return {}  # worked on, and forgotten: looked up like any lost answer
        if result.waits:
            return {**waits}
        if result.whole:
            return dict.fromkeys(
                missing, Failure(Code.PARCEL_REFUSED, redact(result.whole)[:600], sent=False)
            )
        lines = {key: line for line in result.lines for key in missing if f" {key}: " in line}
        return {
            key: Failure(Code.REFUSED, f"the import refused it: {redact(line)}"[:600], sent=False)
            for key, line in lines.items()
        }

    def _result(self, number: str) -> _Result | Failure | None:
        """None: X3 does not know the request any more. While it waits, its status is empty (A)."""
        outputs = programs.run(self._client, self._writer.result_program, {"I_REQNUM": number}, reading=True)
        if isinstance(outputs, Failure):
            return None if answers.GONE in outputs.details else outputs
        status, log = text_of(outputs, "O_STATUS"), text_of(outputs, "O_LOG")
        whole = text_of(outputs, "O_MESSAGE") if status not in ("", "0") and not log else ""
        return _Result(not status, log.splitlines(), whole)
