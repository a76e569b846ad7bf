"""Bugs in money, goods, notes and reports. Every docstring says what the hub does wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

import msgspec
import pytest

from tidegate.domain.orders import calculation, totals
from tidegate.domain.orders.sales_order import LineKind, SalesLine
from tidegate.domain.verdict import Verdict
from tidegate.engine import cycles
from tidegate.flows import stored_order
from tidegate.flows.orders import found_orders, intake, leaving
from tidegate.flows.status import note_steps, notes, order_status
from tidegate.ledger import account as ledger_account
from tidegate.ledger import delivery, queue
from tidegate.magento import notes as store_notes
from tidegate.magento import reading

# --- money and goods -----------------------------------------------------------------------------


def tax_is_cut_off_instead_of_rounded(patch: pytest.MonkeyPatch) -> None:
    """A cent here and there."""

    def cut(value: Decimal, decimals: int) -> Decimal:
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)

    patch.setattr(calculation, "rounded", cut)


def the_rounding_line_is_dropped(patch: pytest.MonkeyPatch) -> None:
    """The cent that the company's arithmetic lacks is not sent."""
    patch.setattr(
        totals,
        "rounding_line",
        lambda amount, tax_code, terms: SalesLine(kind=LineKind.COMMENT, description="Rounding"),
    )


def a_discount_counts_twice(patch: pytest.MonkeyPatch) -> None:
    """Taken off a net that had it off already."""
    amounts = reading.line_amounts

    def twice(*given: Any) -> Any:
        found = amounts(*given)
        return msgspec.structs.replace(found, net=found.net - found.discount)

    patch.setattr(reading, "line_amounts", twice)


def the_child_of_a_configurable_counts(patch: pytest.MonkeyPatch) -> None:
    """Its line costs nothing, and is picked all the same."""
    patch.setattr(reading, "counted", lambda items: [(item, None) for item in items])


# --- notes to the store --------------------------------------------------------------------------


def a_comment_without_status(patch: pytest.MonkeyPatch) -> None:
    """Magento takes the order's status away."""

    class Bare(msgspec.Struct, frozen=True, rename={"status_history": "statusHistory"}):
        status_history: dict[str, Any]

    def bare(entry: Any) -> Bare:
        return Bare({"comment": entry.comment, "is_visible_on_front": 0, "is_customer_notified": 0})

    patch.setattr(store_notes, "CommentBody", bare)


def the_number_is_never_noted(patch: pytest.MonkeyPatch) -> None:
    """Only the comment is written."""
    create_many = delivery.create_many
    patch.setattr(
        notes.delivery,
        "create_many",
        lambda specs, now: create_many([each for each in specs if each.step != note_steps.NUMBER], now),
    )


def a_comment_whose_answer_was_lost_is_written_again(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether it is there."""
    is_there = order_status.is_there
    patch.setattr(
        order_status,
        "is_there",
        lambda item, note, there: item.step != note_steps.COMMENT and is_there(item, note, there),
    )


def its_own_echo_is_a_change(patch: pytest.MonkeyPatch) -> None:
    """The revision covers what the hub itself writes back."""
    for place in (intake, stored_order):
        patch.setattr(
            place, "revision", lambda order: f"1:{order.updated_at:%H%M%S}{order.ext_order_id:0>16}"
        )


# --- the truth is told ---------------------------------------------------------------------------


def the_account_forgets_what_is_held(patch: pytest.MonkeyPatch) -> None:
    """What waits for a mapping is nowhere in the account."""
    account = ledger_account.account
    patch.setattr(ledger_account, "account", lambda *names: replace(account(*names), held=0))


def reasons_are_not_kept(patch: pytest.MonkeyPatch) -> None:
    """An order is not sent, and nobody is told why."""
    apply = intake.Intake.apply

    def terse(self: intake.Intake, verdicts: Sequence[Verdict], now: datetime) -> None:
        apply(self, [replace(each, text="") for each in verdicts], now)

    patch.setattr(intake.Intake, "apply", terse)


def the_id_is_reported_for_the_number(patch: pytest.MonkeyPatch) -> None:
    """People look for a number that no document has."""
    verdict = found_orders.verdict_of_accepted

    def confused(cycle: Any, item: Any, accepted: Any, *more: Any, **how: Any) -> Verdict:
        return verdict(cycle, item, replace(accepted, number=f"#{accepted.id}"), *more, **how)

    patch.setattr(leaving, "verdict_of_accepted", confused)


def the_number_is_noted_with_every_cycle(patch: pytest.MonkeyPatch) -> None:
    """The store is written to though nothing has changed."""
    run = order_status.run

    def busy(cycle: Any) -> None:
        run(cycle)
        for item in queue.listing(connection=cycle.name, flow=note_steps.FLOW, step=note_steps.NUMBER):
            note = note_steps.read_note(item.subject)
            cycle.connection.store.notes.store_number(note.entity_id, note.number)

    patch.setitem(cycles.FLOWS, note_steps.FLOW, replace(cycles.FLOWS[note_steps.FLOW], run=busy))
