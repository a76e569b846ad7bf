"""What goes wrong in weeks with Sage Intacct alone: the service off-line, a closed period, a sender that is no longer
authorised, AR invoices that are made anew, orders in progress, and triggers that call the hub, now and then forged.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tidegate.simulation.event import Event, moment

SECRET, CLIENT = "hook-secret", "hub-client"  # of the trigger
ADDRESS = "https://hub.example/api/v1/bell/sage/documents"
#: What strikes so many functions, or requests, and is over: the kind, and the function that it strikes.
BLIPS = (
    ("offline", "create_sotransaction"),
    ("offline", "query"),
    ("closed_period", "create_sotransaction"),
    ("refused", "create_sotransaction"),
    ("refused", "ARPYMT"),
    ("sender_blocked", ""),
    ("company_expired", ""),
)
REFUSAL = "Missing unit: the item's unit of measure is another one."


def script(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's, from a random stream of its own."""
    rng = random.Random(f"gateway-{seed}")
    for kind, function in BLIPS:
        if rng.random() < 0.35:
            options = {"kind": kind, "function": function, "times": rng.randrange(1, 4)}
            yield Event(moment(rng, start, days), "gateway-fault", options)
    for what, chance, hours in (
        ("maintenance", 0.4, (1, 3, 9)),
        ("period-closed", 0.4, (2, 8, 30)),
        ("in-progress", 0.4, (3, 9)),
    ):
        if rng.random() < chance:
            at = moment(rng, start, days)
            yield Event(at, what, {"on": True, "pick": rng.random()})
            yield Event(at + timedelta(hours=rng.choice(hours)), what, {"on": False, "pick": 0.0})
    for _ in range(rng.randrange(3)):
        yield Event(moment(rng, start, days), "invoice-made-anew", {"pick": rng.random()})
    for _ in range(3 * days):
        how = rng.choice(("rings", "rings", "rings-twice", "is-lost", "is-forged"))
        yield Event(moment(rng, start, days), "trigger", {"how": how})


class Administrators:
    """The company's people at their screens, and the triggers that they have set up."""

    def __init__(self, face: Any, call: Callable[[Any, bytes], int]) -> None:
        """`call` brings a call-back, its headers and body, to the hub: the status of its answer, 0 for none."""
        self._face = face
        self._call = call
        self._how = "rings"
        self._face.outbox.sender = self.deliver
        trigger = {"url": ADDRESS, "secret": SECRET, "client_id": CLIENT}
        for definition in ("Shipper", "Sales Invoice"):
            self._face.staff.perform("webhook", {**trigger, "document_type": definition})

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        deeds: dict[str, Callable[..., Any]] = {
            "gateway-fault": self.inject,
            "maintenance": lambda on, pick: self._face.staff.perform("maintenance", {"on": on}),
            "period-closed": lambda on, pick: self.close_period(on=on),
            "in-progress": lambda on, pick: self.work_on(pick) if on else self.let_go(),
            "invoice-made-anew": self.make_anew,
            "trigger": self.trigger,
        }
        if what not in deeds:
            return False
        from tidegate_sandbox.erp.refusal import Refusal

        with suppress(Refusal):  # the company is locked: then it did not happen
            deeds[what](**options)
            self._face.run_due()  # a trigger does not wait
        return True

    def peace(self) -> None:
        """The service is there, every period is open, and nobody has an order in hand."""
        from tidegate_sandbox.erp.refusal import Refusal

        with suppress(Refusal):  # it is asked for again
            self._face.staff.perform("maintenance", {"on": False})
            self.close_period(on=False)
            self.let_go()
        self.trigger("rings")

    def inject(self, kind: str, function: str, times: int) -> None:
        """Some functions, or requests, are refused."""
        from tidegate_sandbox.faults import Fault

        options = {"text": REFUSAL} if kind == "refused" else {}
        self._face.faults.add(Fault(kind, times, None, None, function or None, options))

    def close_period(self, *, on: bool) -> None:
        """The books of this month are closed, or open again; so are those of the months beside it."""
        today = self._face.clock.now()
        for day in (today,) if on else (today - timedelta(days=7), today, today + timedelta(days=7)):
            self._face.staff.perform("close-period", {"date": f"{day:%m/%d/%Y}", "open": not on})

    def work_on(self, pick: float) -> None:
        """The warehouse has an order in hand: it can be changed by nobody."""
        found = [one for one in self._documents("Sales Order") if one.state == "Pending"]
        if found:
            one = found[int(pick * len(found))]
            self._face.staff.perform("in-progress", {"document": one.docid})

    def let_go(self) -> None:
        """What the warehouse had in hand can be changed again."""
        for one in self._documents("Sales Order"):
            if one.state == "In Progress":
                self._face.staff.perform("in-progress", {"document": one.docid, "on": False})

    def make_anew(self, pick: float) -> None:
        """An invoice is changed: its AR invoice gets another record number."""
        found = [one for one in self._documents("Sales Invoice") if one.posted is not None]
        if found:
            self._face.staff.perform("recreate-invoice", {"document": found[int(pick * len(found))].docid})

    def _documents(self, definition: str) -> Sequence[Any]:
        rows = self._face.tenant.types["SODOCUMENT"].rows()
        return [one for one in rows if one.definition == definition]

    # Triggers

    def trigger(self, how: str) -> None:
        """What waits is sent now."""
        self._how = how
        self._face.run_due()

    def deliver(self, sending: Any) -> int:
        """A call-back on its way to the hub: the status of its answer, 0 for none."""
        if self._how == "is-lost":
            return 0
        if self._how == "is-forged":
            forged = replace(sending, body=sending.body + b" ")
            answered = self._call(forged.headers, forged.body)
            if answered not in (0, 401):
                raise ValueError(f"a forged call-back was answered {answered}")
        status = self._call(sending.headers, sending.body)
        return self._call(sending.headers, sending.body) if self._how == "rings-twice" else status
