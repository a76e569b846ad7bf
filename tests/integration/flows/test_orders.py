"""New orders: what is sent, what it costs, and what makes no work."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import PAUSE, SETTLED, Stage
from tidegate.domain.states import State
from tidegate.engine.interventions import Act, Result


def test_a_new_order_is_captured_sent_and_confirmed_with_the_stores_total(stage: Stage) -> None:
    placed = stage.order("guest")
    report = stage.cycle()
    there = stage.only(placed)
    assert Decimal(there["gross"]) == stage.total(placed)
    delivery = stage.delivery(placed)
    assert (delivery.state, delivery.target_number) == (State.CONFIRMED, there["number"])
    assert delivery.target_total == stage.total(placed)
    assert (report.counts["captured"], report.counts["sent"], report.counts["confirmed"]) == (1, 1, 1)


def test_key_and_number_go_with_the_order(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.cycle()
    there = stage.only(placed)
    assert there["key"] == f"magento:main:{placed}"
    assert there["reference"] == stage.shop_order(placed)["increment_id"]
    assert there["customer"] == "WEB"


def test_a_cycle_with_nothing_to_do_makes_no_call_to_the_company(stage: Stage) -> None:
    stage.order("guest")
    stage.cycle()
    stage.listen()
    report = stage.cycle()
    assert stage.sage_calls() == []
    assert report.counts["calls_company"] == 0


def test_a_batch_costs_hardly_more_than_one_call_an_order(stage: Stage) -> None:
    """Promise 4: twenty-five orders, pooled look-ups, one call each."""
    goods = tuple((f"HUB-{number:04d}", 1) for number in range(1, 11))
    stage.order("guest", lines=goods)
    stage.cycle()
    placed = [stage.order("guest", lines=(goods[number % 10],)) for number in range(25)]
    stage.listen()
    stage.cycle()
    assert stage.states(placed) == {State.CONFIRMED}
    assert len(stage.sage_calls("send")) == 25
    assert len(stage.sage_calls()) <= 25 * 1.1


def test_two_store_views_with_one_order_number_make_two_orders(build: Build) -> None:
    """Contract, point 9: the number is unique per store view only; the key is the entity id."""
    stage = build(colliding=True)
    here, there = stage.order("guest", store_view="default"), stage.order("guest", store_view="default_fr")
    assert stage.shop_order(here)["increment_id"] == stage.shop_order(there)["increment_id"]
    stage.cycle()
    assert stage.only(here)["number"] != stage.only(there)["number"]


def test_orders_of_another_website_are_not_touched(stage: Stage) -> None:
    elsewhere = stage.order("gbp")
    stage.listen()
    stage.cycle()
    stage.cycle(after=timedelta(days=1))  # the nightly audit does not read them one by one either
    assert stage.sage_calls() == []
    assert stage.shop_calls(path=f"/orders/{elsewhere}") == []


@pytest.mark.parametrize("kind", ["pending_payment", "payment_review", "held"])
def test_what_may_not_be_sent_yet_is_skipped_with_a_reason_and_goes_out_later(
    stage: Stage, kind: str
) -> None:
    placed = stage.order(kind)
    stage.cycle()
    skipped = stage.delivery(placed)
    assert skipped.state is State.SKIPPED
    assert skipped.reason
    assert stage.in_sage(placed) == []
    if kind == "held":
        stage.shopper.unhold(placed)
    else:
        stage.shopper.pay(placed)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    assert len(stage.in_sage(placed)) == 1


def test_nothing_created_before_since_is_ever_sent_even_when_it_changes_later(build: Build) -> None:
    stage = build(since="2026-03-02T15:30:00Z")
    old = stage.order("guest")
    stage.pass_time(timedelta(hours=1))
    young = stage.order("guest")
    stage.shopper.touch([old])
    stage.cycle()
    assert stage.state(old) is State.SKIPPED
    assert "created before" in stage.delivery(old).reason
    assert stage.state(young) is State.CONFIRMED
    stage.shopper.pay(old)
    stage.cycle(after=timedelta(days=1))
    assert stage.in_sage(old) == []


def test_the_echo_of_our_own_note_makes_no_new_work(stage: Stage) -> None:
    """Contract, point 17: writing `ext_order_id` moves `updated_at`."""
    placed = stage.order("guest")
    stage.cycle()
    before = stage.shop_order(placed)["updated_at"]
    stage.notes()
    assert stage.shop_order(placed)["updated_at"] > before
    known = stage.steps(placed)
    stage.listen()
    report = stage.cycle()
    assert (report.counts["captured"], report.counts["read"]) == (0, 1)
    assert stage.sage_calls() == []
    assert stage.steps(placed) == known


def test_content_changed_before_sending_is_sent_as_it_is_now(stage: Stage) -> None:
    stage.lock()
    placed = stage.order("guest", lines=(("HUB-0001", 1),), po_number="FIRST", method="purchaseorder")
    stage.cycle()
    assert stage.state(placed) is State.QUEUED
    change_payment(stage, placed, "SECOND")
    stage.unlock()
    stage.cycle(after=timedelta(minutes=20))
    assert stage.state(placed) is State.CONFIRMED
    assert stage.only(placed)["po_number"] == "SECOND"
    assert not [step for step in stage.steps(placed) if step.startswith("change-")]


def test_content_changed_after_sending_is_a_review_that_says_what_to_do(stage: Stage) -> None:
    placed = stage.order("guest", po_number="FIRST", method="purchaseorder")
    stage.cycle()
    change_payment(stage, placed, "SECOND")
    stage.cycle()
    (step,) = [step for step in stage.steps(placed) if step.startswith("change-")]
    review = stage.delivery(placed, step)
    assert (review.state, review.reason_code) == (State.REVIEW, "changed-after-send")
    assert "change that order by hand" in review.reason
    assert f"tidegate queue skip {review.label} --step {step}" in review.reason
    assert stage.state(placed) is State.CONFIRMED
    assert ("changed-after-send", stage.shop_order(placed)["increment_id"]) in stage.alerts()
    stage.cycle()
    assert len([one for one in stage.steps(placed) if one.startswith("change-")]) == 1


def test_what_changes_to_and_fro_is_a_review_each_time(stage: Stage) -> None:
    """Seen before: back to a content that a person had corrected once, the change was passed over."""
    placed = stage.order("guest", po_number="FIRST", method="purchaseorder")
    stage.cycle()
    for count, number in enumerate(("SECOND", "FIRST", "SECOND", "FIRST"), 1):
        change_payment(stage, placed, number)
        stage.cycle()
        stage.cycle()
        steps = [step for step in stage.steps(placed) if step.startswith("change-")]
        (step,) = [step for step in steps if stage.state(placed, step) is State.REVIEW]
        assert len(steps) == count
        assert f"--step {step} " in stage.delivery(placed, step).reason
        stage.act(Act.SKIP, placed, step, text="corrected in Sage")


def test_a_change_is_ended_by_hand_and_never_queued(stage: Stage) -> None:
    placed = stage.order("guest", po_number="FIRST", method="purchaseorder")
    stage.cycle()
    change_payment(stage, placed, "SECOND")
    stage.cycle()
    (step,) = [step for step in stage.steps(placed) if step.startswith("change-")]
    refused = stage.act(Act.RETRY, placed, step)
    assert refused.result is Result.REFUSED
    assert stage.state(placed, step) is State.REVIEW
    assert stage.act(Act.SKIP, placed, step, text="corrected in Sage").result is Result.DONE
    assert stage.state(placed, step) is State.SKIPPED


def change_payment(stage: Stage, entity_id: int, po_number: str) -> None:
    """Somebody corrects the purchase order number in the shop."""
    stage.pass_time(PAUSE)
    order = stage.shop.order(entity_id)
    order.payment["po_number"] = po_number
    stage.shopper.touch([entity_id])


@pytest.mark.parametrize("act", [Act.SKIP, Act.CANCEL])
def test_what_a_person_left_out_is_not_sent_when_it_changes_in_the_store(stage: Stage, act: Act) -> None:
    """Seen before: left out as typed in by hand, and sent all the same once it was shipped in the shop."""
    stage.lock()
    placed = stage.order("guest")
    stage.cycle()
    stage.act(act, placed, text="typed in by hand as SO-7")
    stage.shopper.set_state(placed, "holded", "holded")
    stage.cycle()
    stage.shopper.set_state(placed, "complete", "complete")
    stage.unlock()
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is (State.SKIPPED if act is Act.SKIP else State.CANCELLED)
    assert stage.delivery(placed).reason == "typed in by hand as SO-7"
    assert stage.in_sage(placed) == []
    stage.act(Act.RETRY, placed)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_persons_hold_outlasts_one_of_the_store(stage: Stage, cancelled: bool) -> None:
    """Seen before: held by a person, put on hold and released in the shop, and sent."""
    stage.lock()
    placed = stage.order("guest")
    stage.cycle()
    stage.act(Act.HOLD, placed, text="ask the buyer first")
    for _ in range(2):
        if cancelled:
            stage.shopper.cancel(placed)
        else:
            stage.shopper.hold(placed)
        stage.cycle()
        assert stage.state(placed) is (State.CANCELLED if cancelled else State.SKIPPED)
        if cancelled:
            stage.shopper.revive(placed)
        else:
            stage.shopper.unhold(placed)
        stage.cycle()
    stage.unlock()
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    held = stage.delivery(placed)
    assert (held.state, held.reason_code, held.reason) == (State.HELD, "operator", "ask the buyer first")
    stage.act(Act.RELEASE, placed)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
