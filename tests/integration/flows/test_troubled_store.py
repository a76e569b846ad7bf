"""Promise 1 and 3: whatever the store answers, nothing is passed over and the others go on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import PAUSE, Stage
from tidegate.domain.states import State
from tidegate.engine.interventions import Act
from tidegate.flows.orders import capture
from tidegate.ledger import lookups

LATER = timedelta(hours=1)


def known(stage: Stage, entity_id: int) -> bool:
    return lookups.step_of_document("main", entity_id, "orders", "order") is not None


def test_one_unreadable_order_is_parked_by_name_and_the_others_go_on(stage: Stage) -> None:
    placed = stage.orders(9, "guest")
    bad = placed[4]
    stage.break_shop("poison_order", times=None, entity_id=bad)
    stage.cycle()
    assert stage.states(one for one in placed if one != bad) == {State.CONFIRMED}
    parked = stage.delivery(bad)
    assert (parked.state, parked.reason_code) == (State.REVIEW, "unreadable")
    assert stage.alerts() == [("unreadable", str(bad))]
    stage.cycle(after=LATER)
    assert stage.alerts() == [("unreadable", str(bad))]
    stage.mend()
    stage.cycle(after=LATER)
    assert stage.state(bad) is State.CONFIRMED
    assert stage.alerts() == []
    assert stage.delivery(bad).label == stage.shop_order(bad)["increment_id"]


def test_one_that_was_tried_again_too_early_gets_its_number_all_the_same(stage: Stage) -> None:
    bad = stage.order("guest")
    stage.break_shop("poison_order", times=None, entity_id=bad)
    stage.cycle()
    stage.act(Act.RETRY, bad)
    stage.mend()
    stage.cycle(after=LATER)
    assert stage.state(bad) is State.CONFIRMED
    assert stage.delivery(bad).label == stage.shop_order(bad)["increment_id"]


def test_an_unreadable_order_of_another_website_is_nobodys_review_for_long(stage: Stage) -> None:
    elsewhere, here = stage.order("gbp"), stage.order("guest")
    stage.break_shop("poison_order", times=None, entity_id=elsewhere)
    stage.cycle()
    assert stage.state(here) is State.CONFIRMED
    assert stage.state(elsewhere) is State.REVIEW
    stage.mend()
    stage.cycle(after=LATER)
    assert stage.state(elsewhere) is State.SKIPPED
    assert "website" in stage.delivery(elsewhere).reason
    assert stage.alerts() == []
    stage.listen()
    stage.cycle(after=LATER)
    assert stage.shop_calls(path=f"/orders/{elsewhere}") == []


def test_a_store_that_caps_its_pages_is_read_to_the_end(stage: Stage) -> None:
    placed = stage.orders(45, "guest")
    stage.break_shop("page_cap", times=None, size=20)
    stage.cycle()
    assert stage.states(placed) == {State.CONFIRMED}


def test_a_store_that_ignores_the_sort_order_is_read_to_the_end(stage: Stage) -> None:
    placed = stage.orders(30, "guest")
    stage.break_shop("ignore_sort", times=None)
    stage.break_shop("page_cap", times=None, size=7)
    stage.cycle()
    stage.cycle()
    assert stage.states(placed) == {State.CONFIRMED}


def test_maintenance_is_waited_out_without_a_halt(stage: Stage) -> None:
    stage.break_shop("maintenance", times=None)
    placed = stage.orders(2, "guest")
    report = stage.cycle()
    assert (report.outcome, report.counts["captured"]) == ("ended early", 0)
    stage.mend()
    stage.cycle()
    assert stage.states(placed) == {State.CONFIRMED}


def test_an_empty_list_that_is_null_is_an_empty_list(stage: Stage) -> None:
    stage.break_shop("null_lists", times=None)
    assert stage.cycle().outcome == "done"
    placed = stage.order("guest")
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED


def test_while_the_store_is_away_what_is_queued_still_goes(stage: Stage) -> None:
    stage.lock()
    placed = stage.order("guest")
    stage.cycle()
    stage.unlock()
    stage.break_shop("refuse", times=None)
    stage.cycle(after=timedelta(minutes=20))
    assert stage.state(placed) is State.CONFIRMED


def test_a_failure_on_the_second_page_loses_nothing_of_it(stage: Stage) -> None:
    placed = stage.orders(30, "guest")
    stage.break_shop("page_cap", times=None, size=10)
    stage.break_shop("refuse", times=None, path="/V1/orders$", skip=1)
    stage.cycle()
    assert any(not known(stage, one) for one in placed)
    stage.mend()
    stage.cycle()
    assert stage.states(placed) == {State.CONFIRMED}


# --- late commits -------------------------------------------------------------------------------


def test_an_order_committed_late_within_the_overlap_is_captured(stage: Stage) -> None:
    stage.break_shop("late_commit", seconds=400)
    late = stage.order("guest")
    stage.pass_time(PAUSE)
    early = stage.order("guest")
    stage.cycle()
    assert (known(stage, late), known(stage, early)) == (False, True)
    stage.cycle(after=timedelta(minutes=7))
    assert stage.state(late) is State.CONFIRMED


def test_an_order_committed_later_than_that_is_found_by_the_nightly_audit(build: Build) -> None:
    stage = build(overlap_minutes=1)
    stage.order("guest")
    stage.cycle()  # the first audit, too
    stage.break_shop("late_commit", seconds=3600)
    late = stage.order("guest")
    for _ in range(3):
        stage.pass_time(timedelta(minutes=30))
        stage.order("guest")
        stage.cycle()
    assert not known(stage, late)
    stage.cycle(after=timedelta(days=1))
    assert stage.state(late) is State.CONFIRMED


def waiting(stage: Stage) -> int:
    """An order that was read while Sage was locked, and a store that shows its orders no more."""
    placed = stage.order("guest")
    stage.lock()
    stage.cycle()
    stage.unlock()
    stage.break_shop("status", times=None, method="GET", path="V1/orders$", status=503)
    return placed


def test_what_was_read_lately_is_sent_while_the_store_is_down(stage: Stage) -> None:
    placed = waiting(stage)
    stage.cycle(after=LATER)
    assert stage.state(placed) is State.CONFIRMED


def test_what_was_read_long_ago_is_not_sent_before_the_store_was_read(stage: Stage) -> None:
    placed = waiting(stage)
    report = stage.cycle(after=timedelta(hours=24))
    assert stage.state(placed) is State.QUEUED
    assert "no order is sent until the store can be read again" in report.text
    stage.shopper.cancel(placed)  # as it may have been before the ledger's old copy was put back
    stage.mend()
    stage.cycle(after=LATER)
    assert stage.state(placed) is State.CANCELLED
    assert stage.in_sage(placed) == []


def test_bug_old_knowledge_is_good_enough(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "KNOWN_FOR", timedelta(days=365))
    with pytest.raises(AssertionError):
        test_what_was_read_long_ago_is_not_sent_before_the_store_was_read(stage)
