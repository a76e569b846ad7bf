"""Careless handling of doors, desks, guards and numbers is found by the tests beside this one."""

from __future__ import annotations

import pytest

from integration.flows import test_doors, test_late_numbers, test_missing_desks
from integration.flows.in_memory import MemoryStage
from tidegate.domain.errors import Code
from tidegate.domain.states import State
from tidegate.flows import cycle, desks
from tidegate.flows.orders import verification
from tidegate.flows.payments import unposted
from tidegate.flows.status import late_numbers, notes
from tidegate.sage.port.orders import Guard

everything, stage = test_doors.everything, test_missing_desks.stage
unnumbering = test_late_numbers.unnumbering


def test_a_door_whose_failure_is_not_followed(
    everything: MemoryStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cycle.Cycle, "call_failed", lambda self, failure, **_: self.end(failure))
    with pytest.raises(AssertionError):
        test_doors.test_every_flow_follows_the_policy_of_a_door_that_does_not_open(
            everything, test_doors.DOORS[2]
        )


def test_a_guard_that_holds_for_ever(stage: MemoryStage, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded = verification.guarded
    monkeypatch.setattr(
        verification, "guarded", lambda it, item, guard, since: guarded(it, item, guard, None)
    )
    with pytest.raises(AssertionError):
        test_missing_desks.test_a_doubt_that_cannot_be_looked_up_is_settled_by_the_guard(
            stage, Guard.TARGET_REPLAYS, 0, State.REVIEW
        )


def test_a_flow_that_does_not_say_what_it_needs(
    everything: MemoryStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "NEEDS", {})
    with pytest.raises((AssertionError, KeyError)):
        test_missing_desks.test_a_flow_without_its_desk_ends_with_the_reason_and_check_refuses_it(
            everything, "inventory", "stock"
        )


def test_receipts_that_wait_for_ever(stage: MemoryStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unposted, "skip_all", lambda *given: None)
    with pytest.raises(AssertionError):
        test_missing_desks.test_receipts_are_skipped_with_the_reason_where_none_can_be_posted(stage)


def test_a_note_that_does_not_wait(unnumbering: MemoryStage, monkeypatch: pytest.MonkeyPatch) -> None:
    note = notes.Note
    monkeypatch.setattr(notes, "Note", lambda entity_id, number, kind: note(entity_id, number or "?", kind))
    with pytest.raises(AssertionError):
        test_late_numbers.test_both_steps_wait_and_nothing_is_written(unnumbering)


def test_a_number_that_nobody_asks_for(unnumbering: MemoryStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_numbers, "look_up", lambda *given: None)
    with pytest.raises(AssertionError):
        test_late_numbers.test_they_go_on_with_the_number_that_a_look_up_brings(unnumbering)


def test_a_wait_for_a_number_that_alerts(unnumbering: MemoryStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cycle, "PREREQUISITES", (Code.PARENT_PENDING,))
    with pytest.raises(AssertionError):
        test_late_numbers.test_a_person_who_lets_it_go_on_too_early_does_no_harm(unnumbering)
