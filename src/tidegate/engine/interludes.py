"""Orders do not wait for the end of a long reading: their due cycles run between two of its pages.

Such a cycle runs in the same thread, with its own lease and batch, for one time slice. Then the reading goes on
for at least as long, so that a constant stream of orders does not stop it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog

from tidegate.engine.cycles import FLOWS, run_cycle
from tidegate.engine.faults import tell_fault
from tidegate.engine.hub import Hub
from tidegate.engine.schedule import Due, planned
from tidegate.flows.cycle import ASKED_AGAIN, TIME_SLICE
from tidegate.flows.orders import orders
from tidegate.flows.status import note_steps
from tidegate.ledger import database
from tidegate.ledger.faults import LedgerError

log = structlog.get_logger()

#: Flows that run between two pages of a reading, in this order.
FIRST = (orders.FLOW, note_steps.FLOW)


@dataclass(eq=False)
class Interludes:
    """What one running cycle calls between two pages. Times are seconds of the monotonic clock."""

    hub: Hub
    running: Due
    _next_look: float = field(init=False)

    def __post_init__(self) -> None:
        self._next_look = self.hub.clock.monotonic() + TIME_SLICE

    def __call__(self) -> None:
        """Run the due cycles of `FIRST`, if the reading has had its time slice and no transaction is open."""
        if (
            self.hub.clock.monotonic() < self._next_look
            or database.in_transaction()
            or self.hub.stop.is_set()
        ):
            return
        due = [flow for flow in FIRST if self._may_pass(flow)]
        if due:
            self._run(due)
        self._next_look = self.hub.clock.monotonic() + (TIME_SLICE if due else ASKED_AGAIN)

    def _may_pass(self, flow: str) -> bool:
        running = {self.running.flow, *FLOWS[self.running.flow].excludes}
        if not running.isdisjoint({flow, *FLOWS[flow].excludes}):
            return False
        now = self.hub.clock.now()
        return any(
            each.flow == flow and each.at <= now for each in planned(self.hub, self.running.connection, now)
        )

    def _run(self, flows: list[str]) -> None:
        connection = self.running.connection
        client = connection.store.client
        unread = client.take_bad_rows()  # those of the reading
        try:
            with connection.company.lent():
                for flow in flows:
                    self._run_one(flow)
        finally:
            client.give_back_bad_rows(unread)

    def _run_one(self, flow: str) -> None:
        """Run one cycle. An unexpected error is reported as usual, and does not end the reading."""
        try:
            run_cycle(self.hub, self.running.connection, flow, lambda: True)
        except LedgerError:
            raise
        except Exception as error:
            tell_fault(self.hub, self.running.connection, flow, error)
