"""Magento's edit cancels an order and places a copy: the company never has both."""

from __future__ import annotations

from datetime import timedelta

from integration.flows.conftest import Build
from integration.flows.stage import SETTLED, Stage
from tidegate.domain.states import State


def test_the_copy_waits_until_its_parent_is_cancelled_in_the_company(build: Build) -> None:
    stage = build(cancellation="review")
    parent = stage.order("guest")
    stage.cycle()
    copy = stage.shopper.edit_order(parent)
    stage.cycle()
    held = stage.delivery(copy)
    assert (held.state, held.waits_for) == (State.HELD, f"order:main:{parent}")
    assert stage.in_sage(copy) == []
    number = stage.only(parent)["number"]
    stage.company.delete(number)
    stage.link(parent, number, step="cancel")
    stage.cycle()
    assert stage.state(copy) is State.CONFIRMED
    assert stage.in_sage(parent) == []


def test_the_copy_follows_by_itself_where_the_company_may_be_asked_to_cancel(stage: Stage) -> None:
    parent = stage.order("guest")
    stage.cycle()
    copy = stage.shopper.edit_order(parent)
    stage.cycle()
    stage.cycle()
    assert (stage.state(parent), stage.state(copy)) == (State.CANCELLED, State.CONFIRMED)
    assert (len(stage.in_sage(parent)), len(stage.in_sage(copy))) == (0, 1)


def test_a_parent_that_was_never_sent_is_cancelled_and_the_copy_goes(stage: Stage) -> None:
    stage.lock()
    parent = stage.order("guest")
    stage.cycle()
    copy = stage.shopper.edit_order(parent)
    stage.unlock()
    stage.cycle(after=SETTLED)
    stage.cycle()
    assert (stage.state(parent), stage.state(copy)) == (State.CANCELLED, State.CONFIRMED)
    assert stage.company.books()["counts"]["orders_deleted"] == 0


def test_both_read_at_once_only_the_copy_is_sent(stage: Stage) -> None:
    parent = stage.order("guest")
    copy = stage.shopper.edit_order(parent)
    stage.cycle()
    stage.cycle()
    assert stage.state(copy) is State.CONFIRMED
    assert stage.in_sage(parent) == []


def test_a_parent_from_before_since_keeps_nobody_waiting(build: Build) -> None:
    stage = build(since="2026-03-02T15:30:00Z")
    parent = stage.order("guest")
    stage.pass_time(timedelta(hours=1))
    copy = stage.shopper.edit_order(parent)
    stage.cycle()
    stage.cycle()
    assert (stage.state(parent), stage.state(copy)) == (State.SKIPPED, State.CONFIRMED)


def test_a_chain_of_two_edits_leaves_the_last_one(stage: Stage) -> None:
    first = stage.order("guest")
    stage.cycle()
    second = stage.shopper.edit_order(first)
    third = stage.shopper.edit_order(second)
    for _ in range(3):
        stage.cycle()
    assert stage.state(first) is State.CANCELLED
    assert stage.state(second) in (State.CANCELLED, State.SKIPPED)
    assert stage.state(third) is State.CONFIRMED
    assert [len(stage.in_sage(one)) for one in (first, second, third)] == [0, 0, 1]


def test_a_chain_of_two_edits_each_sent_before_the_next(stage: Stage) -> None:
    first = stage.order("guest")
    stage.cycle()
    second = stage.shopper.edit_order(first)
    stage.cycle()
    stage.cycle()
    third = stage.shopper.edit_order(second)
    stage.cycle()
    stage.cycle()
    assert [len(stage.in_sage(one)) for one in (first, second, third)] == [0, 0, 1]
    assert stage.state(second) is State.CANCELLED
