"""Bugs in what is read, sent, looked up and waited for. Every docstring says what the hub does wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tidegate.domain import errors, policy
from tidegate.domain.errors import Code, Group
from tidegate.domain.orders import capture
from tidegate.domain.orders.capture import Action
from tidegate.domain.verdict import Verdict
from tidegate.engine import cycles
from tidegate.engine.window_gate import WindowGate
from tidegate.flows import cycle as cycle_flow
from tidegate.flows.connection import Connection
from tidegate.flows.orders import batch, found_orders, intake, orders
from tidegate.flows.orders import capture as reading_flow
from tidegate.flows.orders.batch import OrderBatch
from tidegate.flows.orders.customers import CustomerDesk
from tidegate.flows.orders.leaving import Leaving
from tidegate.flows.writing import doubtful, sending
from tidegate.ledger import cursors, lease, models, queue
from tidegate.ledger.database import transaction
from tidegate.sage.sage200.customers import Customers

# --- never twice ---------------------------------------------------------------------------------


def sent_before_it_is_written_down(patch: pytest.MonkeyPatch) -> None:
    """The attempt is recorded when the answer is there."""

    ahead = sending.send

    def send(cycle: Any, writing: Any, records: Sequence[Any], call: Any) -> None:
        for each in records:
            answers = list(call([each]))
            ahead(cycle, writing, [each], lambda _, answers=answers: answers)  # type: ignore[misc]

    patch.setattr(sending, "send", send)


def sent_again_after_a_timeout(patch: pytest.MonkeyPatch) -> None:
    """What is in doubt goes straight back into the queue."""

    def verify(cycle: Any, session: Any, terms: Any) -> None:
        doubtful = queue.in_doubt(cycle.name, "orders", "order", cycle.now() + timedelta(days=1), 100)
        cycle.apply([Verdict(item.id, "f", text="no answer") for item in doubtful])

    patch.setattr(orders, "verify_orders", verify)


def a_late_effect_is_not_waited_for(patch: pytest.MonkeyPatch) -> None:
    """A look-up right after the lost answer counts as proof."""
    patch.setattr(doubtful, "settled_before", lambda cycle: cycle.now() + timedelta(days=1))


def no_look_up_before_the_first_sending(patch: pytest.MonkeyPatch) -> None:
    """The ledger is believed, also when it was restored from an older copy."""
    patch.setattr(OrderBatch, "not_there_yet", lambda self, ready: list(ready))


def every_request_leaves_twice(patch: pytest.MonkeyPatch) -> None:
    """A refused order is sent again in the same breath."""
    once = Leaving.call

    def twice(self: Leaving, records: Sequence[Any]) -> Any:
        for key, outcome in once(self, records):
            if isinstance(outcome, errors.Failure):
                ((_, outcome),) = once(self, records)
            yield key, outcome

    patch.setattr(Leaving, "call", twice)


def accounts_are_created_without_looking(patch: pytest.MonkeyPatch) -> None:
    """An account whose answer was lost is created once more, under the next reference."""
    patch.setattr(CustomerDesk, "look_up", lambda self, unknown: {})
    patch.setattr(Customers, "find_created", lambda self, keys: dict.fromkeys(keys))


def an_equal_number_is_enough(patch: pytest.MonkeyPatch) -> None:
    """Any order with the same customer's order number is taken for ours."""
    judge = found_orders.verdict_on_found

    def credulous(cycle: Any, item: Any, found: Any, order: Any) -> Any:
        return judge(cycle, item, [replace(each, ours=True) for each in found], order)

    patch.setattr(batch, "verdict_on_found", credulous)


# --- nothing is lost -----------------------------------------------------------------------------


def the_cursor_moves_past_a_page_that_did_not_come(patch: pytest.MonkeyPatch) -> None:
    """Read or not, the time has passed."""
    take = intake.Intake.take

    def hasty(self: intake.Intake, *pages: Any, cursor: tuple[str, datetime | None] | None = None) -> None:
        take(self, *pages, cursor=cursor)
        if cursor is not None and cursor[1] is None:
            with transaction("capture"):
                now = self.cycle.now()
                cursors.move(self.cycle.name, "orders", cursor[0], now.isoformat(), now)

    patch.setattr(intake.Intake, "take", hasty)


def an_order_that_breaks_the_page_is_passed_over(patch: pytest.MonkeyPatch) -> None:
    """Found out, left out, forgotten."""
    patch.setattr(intake.Intake, "park", lambda self, unreadable, now, **how: None)


def a_change_that_cannot_be_read_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """The order is known, so what: the cursor moves on."""
    park = intake.Intake.park
    patch.setattr(
        intake.Intake, "park", lambda self, unreadable, now, **how: park(self, unreadable, now, changed=False)
    )


def no_overlap(patch: pytest.MonkeyPatch) -> None:
    """Reading goes on exactly where it stopped."""
    patch.setattr(
        reading_flow,
        "timedelta",
        lambda **spans: timedelta(**{**spans, "minutes": 0}) if spans else timedelta(),
    )


def no_audit(patch: pytest.MonkeyPatch) -> None:
    """What no read has shown does not exist."""
    patch.setattr(reading_flow, "audit", lambda cycle, taking: None)


def skipped_without_a_word(patch: pytest.MonkeyPatch) -> None:
    """An order that is not to be sent leaves no trace."""
    create = intake.Intake.create

    def silent(self: intake.Intake, order: Any, disposition: Any, *more: Any) -> None:
        if disposition.action is not Action.SKIP:
            create(self, order, disposition, *more)

    patch.setattr(intake.Intake, "create", silent)


def a_lease_without_end(patch: pytest.MonkeyPatch) -> None:
    """What a dead process held stays held."""
    acquire = lease.acquire_all

    def for_ever(scope: str, flows: Any, holder: str, seconds: float, now: datetime, **how: Any) -> Any:
        return acquire(scope, flows, holder, seconds * 1_000_000, now, **how)

    patch.setattr(lease, "acquire_all", for_ever)


def a_cancellation_is_forgotten_while_in_doubt(patch: pytest.MonkeyPatch) -> None:
    """Nobody knows whether the order is there, so there is nothing to cancel."""
    change = intake.Intake.change

    def forgetful(self: intake.Intake, order: Any, before: Any, *more: Any) -> None:
        if before.delivery_state != "in doubt":
            change(self, order, before, *more)

    patch.setattr(intake.Intake, "change", forgetful)


def the_copy_does_not_wait_for_its_parent(patch: pytest.MonkeyPatch) -> None:
    """An edited order goes out while the one that it replaces is still there."""
    patch.setattr(capture, "_waits_for", lambda order, parent: "")


# --- Sage is not hammered, one bad record harms only itself --------------------------------------


def tried_again_in_the_cycle_that_failed_it(patch: pytest.MonkeyPatch) -> None:
    """The queue is walked until it is empty."""

    def traverse(self: orders.Batches) -> Any:
        if not self._cycle.may_call_company():
            return []
        models.Delivery.objects.filter(state="queued").update(batch_id=None)
        return queue.due(self._cycle.name, "orders", "order", 25, self._cycle.now())

    patch.setattr(orders.Batches, "next", traverse)


def windows_are_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    """The company is always open, before a call and at the moment of sending."""
    patch.setattr(Connection, "closed", lambda self: None)
    patch.setattr(WindowGate, "__call__", lambda self: None)


def nobody_is_halted(patch: pytest.MonkeyPatch) -> None:
    """Refused credentials are tried with every cycle."""
    patch.setattr(cycle_flow.halts, "halt", lambda *words, **by: False)


def a_lock_counts_as_a_failure(patch: pytest.MonkeyPatch) -> None:
    """As if the order were to blame for the backup."""
    patch.setitem(errors.GROUP_OF, Code.LOCKED, Group.RETRY_NEXT_CYCLE)


def the_third_failure_notifies_nobody(patch: pytest.MonkeyPatch) -> None:
    """The threshold is never reached."""
    patch.setattr(policy, "_at_threshold", lambda *counts: None)
    patch.setattr(policy, "_from_threshold", lambda *counts: None)


def a_silent_company_is_asked_for_every_order(patch: pytest.MonkeyPatch) -> None:
    """One time-out after the other."""
    patch.setattr(cycle_flow, "MOST_UNCLEAR", 1_000_000)


def one_refused_order_ends_the_cycle(patch: pytest.MonkeyPatch) -> None:
    """The others wait for the next one."""
    patch.setattr(errors.Failure, "ends_cycle", property(lambda self: True))
    follow = cycle_flow.Cycle.follow

    def stop(self: Any, failure: Any, *more: Any, **how: Any) -> None:
        follow(self, failure, *more, **how)
        self.end(failure)

    patch.setattr(cycle_flow.Cycle, "follow", stop)


def a_lease_for_everybody(patch: pytest.MonkeyPatch) -> None:
    """Whoever asks gets it."""
    acquire = lease.acquire_all

    def generous(scope: str, flows: Any, *wish: Any, **how: Any) -> Any:
        models.Lease.objects.filter(scope=scope, flow__in=flows).update(expires_at=None)
        return acquire(scope, flows, *wish, **how)

    patch.setattr(cycles.lease, "acquire_all", generous)
