"""Promise 4: as many sessions as the company has seats, never one more.

A wire test: the simulator counts the sessions that it sees.
"""

from __future__ import annotations

from integration.sage200.conftest import Build
from tidegate.domain.states import State


def test_two_seats_carry_sixty_orders_once_each(build: Build) -> None:
    stage = build(seats=2, batch=10)
    goods = tuple((f"HUB-{number:04d}", 1) for number in range(1, 7))
    placed = [stage.order("guest", lines=(goods[number % 6],)) for number in range(60)]
    stage.cycle()
    assert stage.states(placed) == {State.CONFIRMED}
    assert len(stage.company.books()["orders"]) == 60
    assert stage.company.books()["max_sessions"] <= 2
    assert stage.connection.company.seats.highest == 2


def test_two_seats_make_one_account_for_one_customer(build: Build) -> None:
    stage = build(seats=2, batch=1)
    (customer,) = stage.world.register(1)
    placed = stage.orders(6, "customer", customer=customer)
    stage.cycle()
    assert stage.states(placed) == {State.CONFIRMED}
    keys = [one["key"] for one in stage.company.books()["customers"] if one["key"]]
    assert keys == [f"magento:main:customer:{customer}"]


def test_a_company_that_answers_nothing_is_asked_hardly_more_often_by_two_seats(build: Build) -> None:
    stage = build(seats=2, batch=5)
    placed = stage.orders(30, "guest")
    stage.break_sage("drop_before", times=None, on="send")
    stage.listen()
    stage.cycle()
    assert len(stage.sage_calls("POST", "/sop_orders")) <= 3
    assert stage.states(placed) == {State.QUEUED, State.IN_DOUBT}


def test_one_seat_is_enough_for_everything_a_cycle_does(build: Build) -> None:
    """Look-ups, cancellations, releases and sending never hold two seats at a time."""
    stage = build(seats=1)
    placed = stage.orders(3, "guest")
    stage.cycle()
    stage.shopper.cancel(placed[0])
    stage.shopper.edit_order(placed[1])
    stage.cycle()
    assert stage.connection.company.seats.highest == 1
