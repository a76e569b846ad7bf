"""Weeks of Sage 300 bite: a bug of its room, and what a short week with LanPaks, day end and backup finds."""

from __future__ import annotations

from typing import Any

import pytest

from simulation.test_weeks_of_products import SHAPE
from tidegate.sage.sage300 import stock
from tidegate.sage.sage300.day_end import DayEnd
from tidegate.sage.sage300.gateway import Gateway
from tidegate.simulation.run import run_week

#: A week of orders alone, which are written by the gateway and read by the Web API.
ORDERS = 1
#: A week with every flow, whose clerk runs day end in the evening.
WITH_EVERY_FLOW = 7


@pytest.mark.slow
def test_a_gateway_that_signs_in_as_another_user_takes_a_second_lanpak(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    init = Gateway.__init__

    def as_another(self: Any, http: Any, **signed: Any) -> None:
        init(self, http, **{**signed, "user": "ADMIN", "password": "admin"})

    monkeypatch.setattr(Gateway, "__init__", as_another)
    outcome = run_week(ORDERS, sage="sage300-gateway", **SHAPE)
    assert "2 LanPaks were taken at once" in {each["text"] for each in outcome.violations}


@pytest.mark.slow
def test_a_day_end_that_nobody_asked_us_for_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    init = DayEnd.__init__

    def at_any_hour(self: DayEnd, client: Any, _window: str, *more: Any) -> None:
        init(self, client, "00:00-23:59", *more)

    monkeypatch.setattr(DayEnd, "__init__", at_any_hour)
    outcome = run_week(ORDERS, sage="sage300", **SHAPE)
    assert "day end was run by the Web API" in {each["text"] for each in outcome.violations}


@pytest.mark.campaign
@pytest.mark.slow
def test_stock_that_waits_for_day_end_and_is_left_out_sells_what_has_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stock, "NOT_COSTED_OUT", "NoSuchQuantity")
    outcome = run_week(WITH_EVERY_FLOW, sage="sage300", **SHAPE)
    assert "never more than there is" in {each["promise"] for each in outcome.violations}
