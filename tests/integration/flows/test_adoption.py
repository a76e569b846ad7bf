"""First run: what the company has already is linked and never doubled."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integration.flows import company_staff
from integration.flows.stage import START, Stage
from tidegate.domain.states import State
from tidegate.engine.interventions import Act
from tidegate.flows.orders import adopt
from tidegate_sandbox.magento import creditmemo, lifecycle


def take_over(stage: Stage) -> adopt.Adoption:
    """What `tidegate adopt --apply` does."""
    found = adopt.look(stage.connection, START - timedelta(days=1))
    adopt.write(stage.connection, found, actor="anna")
    return found


def untaxed(stage: Stage) -> int:
    return stage.order("guest", tax_percent=0)


def test_an_order_typed_in_by_hand_is_linked_and_not_doubled(stage: Stage) -> None:
    typed, new = untaxed(stage), untaxed(stage)
    number = company_staff.types_in(stage, stage.shop_order(typed)["increment_id"], price=stage.total(typed))
    stage.pass_time(timedelta(minutes=1))
    take_over(stage)
    stage.cycle()
    assert (stage.state(typed), stage.delivery(typed).target_number) == (State.CONFIRMED, number)
    assert stage.in_sage(typed) == []  # nothing of ours was sent
    assert stage.state(new) is State.CONFIRMED
    assert len(stage.company.books()["orders"]) == 2


def test_adopting_again_changes_nothing(stage: Stage) -> None:
    typed = untaxed(stage)
    company_staff.types_in(stage, stage.shop_order(typed)["increment_id"], price=stage.total(typed))
    assert take_over(stage).written == 1
    assert take_over(stage).written == 0


def test_an_adopted_order_is_noted_by_nobody_and_is_not_looked_up_again(stage: Stage) -> None:
    typed = untaxed(stage)
    company_staff.types_in(stage, stage.shop_order(typed)["increment_id"], price=stage.total(typed))
    stage.pass_time(timedelta(minutes=1))
    take_over(stage)
    stage.listen()
    stage.cycle()
    assert stage.sage_calls() == []
    assert stage.steps(typed) == {"order": "confirmed"}


def test_without_adoption_a_found_order_without_our_key_is_a_review(stage: Stage) -> None:
    placed = stage.order("guest")
    number = company_staff.types_in(stage, stage.shop_order(placed)["increment_id"])
    stage.cycle()
    review = stage.delivery(placed)
    assert (review.state, review.reason_code) == (State.REVIEW, "duplicate-found")
    assert number in review.reason
    assert "tidegate queue link" in review.reason
    assert "--overrule" in review.reason
    assert stage.in_sage(placed) == []


def test_retry_without_overrule_asks_again(stage: Stage) -> None:
    placed = stage.order("guest")
    company_staff.types_in(stage, stage.shop_order(placed)["increment_id"])
    stage.cycle()
    stage.act(Act.RETRY, placed)
    stage.cycle()
    assert stage.delivery(placed).reason_code == "duplicate-found"
    assert stage.in_sage(placed) == []


def test_retry_with_overrule_sends_it_once(stage: Stage) -> None:
    placed = stage.order("guest")
    company_staff.types_in(stage, stage.shop_order(placed)["increment_id"])
    stage.cycle()
    stage.act(Act.RETRY, placed, overrule=True)
    stage.act(Act.RETRY, placed, overrule=True)
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    assert len(stage.in_sage(placed)) == 1


def test_link_confirms_it_as_the_order_that_is_there(stage: Stage) -> None:
    placed = stage.order("guest")
    number = company_staff.types_in(stage, stage.shop_order(placed)["increment_id"])
    stage.cycle()
    stage.link(placed, number)
    stage.cycle()
    linked = stage.delivery(placed)
    assert (linked.state, linked.target_number) == (State.CONFIRMED, number)
    assert stage.in_sage(placed) == []


@pytest.mark.parametrize("remains", [False, True])
def test_an_old_order_refunded_since_is_found_by_what_was_placed_or_by_what_remains(
    stage: Stage, remains: bool
) -> None:
    typed = stage.order("guest", tax_percent=0, lines=(("HUB-0001", 3),))
    placed = stage.total(typed)
    order = stage.shop.order(typed)
    lifecycle.invoice(stage.shop, order)
    creditmemo.refund(stage.shop, order, {order.items[0]["item_id"]: Decimal(1)})
    refunded = stage.shop.creditmemos.of(typed)[0]["grand_total"]
    price = placed - Decimal(str(refunded)) if remains else placed
    number = company_staff.types_in(stage, stage.shop_order(typed)["increment_id"], price=price)
    stage.pass_time(timedelta(minutes=1))
    (candidate,) = take_over(stage).candidates
    assert candidate.match is adopt.Match.CERTAIN, candidate.text
    assert stage.delivery(typed).target_number == number
