"""An order whose date lies in a closed period: a person decides, or it goes with a date in the next open one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from integration.flows.in_memory import MemoryStage
from integration.flows.stage import SETTLED
from integration.flows.test_keys_of_customers import lose
from integration.flows.test_keys_of_customers import stage as stage
from tidegate.config import model
from tidegate.domain.orders.closed_period import moved
from tidegate.domain.states import State
from tidegate.engine.interventions import Act

MARCH = {date(2026, 3, day) for day in range(1, 32)}
APRIL = {date(2026, 4, day) for day in range(1, 31)}


@pytest.mark.parametrize(
    ("refusals", "expected"),
    [(0, (2026, 1, 31)), (1, (2026, 2, 1)), (2, (2026, 3, 1)), (3, (2026, 3, 9)), (4, None)],
)
def test_the_next_period_is_looked_for_month_by_month_and_never_in_the_future(
    refusals: int, expected: tuple[int, int, int] | None
) -> None:
    found = moved(date(2026, 1, 31), refusals, date(2026, 3, 9))
    assert found == (date(*expected) if expected else None)


def test_in_december_the_next_month_is_of_the_next_year_and_today_is_tried_once() -> None:
    assert moved(date(2026, 12, 31), 1, date(2027, 1, 1)) == date(2027, 1, 1)
    assert moved(date(2026, 12, 31), 2, date(2027, 1, 1)) is None
    assert moved(date(2026, 12, 5), 1, date(2026, 12, 5)) is None


def late(stage: MemoryStage, rule: str) -> int:
    """An order of March that is read in May, when March and April are closed."""
    stage.reopen(closed_period=rule)
    placed = stage.order("guest")
    stage.pass_time(timedelta(days=63))
    stage.books.closed_days |= MARCH | APRIL
    return placed


def day_there(stage: MemoryStage, placed: int) -> date | None:
    (order,) = stage.books.with_key(f"magento:main:{placed}")
    return order.day


def test_it_goes_with_the_first_date_that_the_company_takes(stage: MemoryStage) -> None:
    placed = late(stage, "next")
    states = []
    for _ in range(3):
        stage.cycle()
        states.append((stage.state(placed), stage.delivery(placed).failures))
    assert states == [(State.QUEUED, 0), (State.QUEUED, 0), (State.CONFIRMED, 0)]
    assert day_there(stage, placed) == date(2026, 5, 1)
    assert stage.alerts() == [], "nobody has to do anything"


def test_by_the_other_rule_a_person_decides_and_its_own_date_stays(stage: MemoryStage) -> None:
    placed = late(stage, "review")
    stage.cycle()
    assert (stage.state(placed), stage.delivery(placed).reason_code) == (State.REVIEW, "period-closed")
    stage.books.closed_days.clear()
    stage.act(Act.RETRY, placed)
    stage.cycle()
    assert day_there(stage, placed) == date(2026, 3, 2)


def test_when_today_is_closed_too_a_person_decides(stage: MemoryStage) -> None:
    placed = late(stage, "next")
    stage.books.closed_days |= {date(2026, 5, day) for day in range(1, 32)}
    for _ in range(5):
        stage.cycle()
    assert (stage.state(placed), stage.delivery(placed).reason_code) == (State.REVIEW, "period-closed")
    assert stage.in_sage(placed) == []


def test_an_order_that_was_made_there_is_found_whatever_its_date(stage: MemoryStage) -> None:
    placed = late(stage, "next")
    stage.cycle()
    stage.cycle()
    lose(stage, "send")
    stage.cycle()
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED
    assert len(stage.in_sage(placed)) == 1


def test_the_receipt_of_a_prepaid_order_follows_the_same_rule(stage: MemoryStage) -> None:
    flows = {**stage.connection.settings.flows, "payments": model.Flow(every="15m")}
    stage.reopen(
        flows=flows, payments={"*": model.Payment(account="CARD", prepaid=True)}, closed_period="next"
    )
    placed = stage.order("guest")
    stage.cycle()
    stage.pass_time(timedelta(days=63))
    stage.books.closed_days |= MARCH
    stage.cycle("payments")
    stage.cycle("payments")
    (entry,) = [each for each in stage.books.entries.values() if each.key]
    assert entry.record.day == date(2026, 4, 1)
    assert stage.state(placed, "deposit", "payments") is State.CONFIRMED
