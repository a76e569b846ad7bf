"""The script of the family's day: who is closed when, and that somebody orders everywhere meanwhile."""

from __future__ import annotations

import pytest

from tidegate.demo.family.story import CLOSED, FEWEST, ORDERED, closing, night, write_beats
from tidegate.demo.story import ORDER, SHOWN_BY
from tidegate.simulation.products import SIMULATED

COUNT = len(SIMULATED)


def test_no_two_companies_are_closed_at_once() -> None:
    for number in range(COUNT - 1):
        assert closing(number).opens < closing(number + 1).closes
        assert closing(number).opens - closing(number).closes == CLOSED


@pytest.mark.parametrize("product", list(SIMULATED))
def test_somebody_orders_while_each_of_them_is_closed(product: str) -> None:
    beats = write_beats(SIMULATED[product], COUNT, 6, seed=3)
    orders = [beat.at for beat in beats if beat.what == ORDER]
    assert len(orders) == FEWEST
    assert {closing(number).closes + ORDERED for number in range(COUNT)} <= set(orders)
    assert max(orders) < night(COUNT)
    assert beats == sorted(beats, key=lambda beat: beat.at)


@pytest.mark.parametrize("product", list(SIMULATED))
def test_nobody_does_what_no_flow_would_show(product: str) -> None:
    house = SIMULATED[product]
    done = {beat.what for beat in write_beats(house, COUNT, 12, seed=1)}
    assert {SHOWN_BY[what] for what in done if what in SHOWN_BY} <= house.flows
