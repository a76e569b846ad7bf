"""The process dies at any commit or call while an order's documents pass: each exists once in the end.

The order is prepaid, leaves in two parts with a tracking number, is invoiced twice and credited once.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from integration.flows.company import BANK
from integration.flows.conftest import Build
from integration.flows.fulfilment import FLOWS, Fulfilled
from integration.flows.stage import SETTLED
from tidegate.config import model
from tidegate.domain.states import FINAL
from tidegate.engine.cycles import run_cycle
from tidegate.simulation.crashes import ProcessDeath

STATUSES = {"partly-shipped": "part", "invoiced-open": "invoiced", "paid": "paid", "complete": "paid"}
EVERY = ("orders", *FLOWS, "order-status")
#: More than the scenario has.
POINTS = 580


def live(shop: Fulfilled, rounds: int) -> int:
    """Cycles of all flows, in as many lives as it takes; how many ended early."""
    stage, deaths, done = shop.stage, 0, 0
    while done < rounds:
        stage.pass_time(SETTLED)
        try:
            for flow in EVERY:
                run_cycle(stage.hub, stage.connection, flow)
            done += 1
        except ProcessDeath:
            deaths += 1
            stage.world.crashes.revive()
            stage.reopen()
    return deaths


def story(build: Build, point: int) -> int:
    """The order's life with a death at this point."""
    stage = build()
    payments = {"*": model.Payment(account=BANK, prepaid=True)}
    shop = Fulfilled(stage, payments=payments, statuses=STATUSES)
    placed = shop.sent()
    goods = shop.goods(placed)
    first = max(goods, key=lambda code: goods[code])
    courier = stage.company.couriers[0]
    stage.world.crashes.arm("any", point)
    despatch = shop.despatch(placed, {first: 1})
    deaths = live(shop, 1)
    stage.company.track(despatch, "T-1", courier)
    shop.invoice(placed)
    deaths += live(shop, 1)
    if goods[first] > 1 or len(goods) > 1:
        shop.despatch(placed)
        shop.invoice(placed)
    deaths += live(shop, 2)
    shop.credit(placed, {first: 1})
    deaths += live(shop, 2)
    stage.world.crashes.disarm()
    live(shop, 3)
    everything_once(shop, placed, sum(goods.values()))
    return deaths


def everything_once(shop: Fulfilled, placed: int, pieces: int) -> None:
    """No document twice, none missing, nothing open."""
    documents = shop.documents(placed)
    for kind in ("shipments", "invoices", "creditmemos"):
        marks = [tuple(each["comments"]) for each in documents[kind]]
        assert len(set(marks)) == len(marks), documents[kind]
    shipped = sum(Decimal(item["qty"]) for each in documents["shipments"] for item in each["items"])
    assert shipped == pieces
    assert len(documents["creditmemos"]) == 1
    assert len(documents["mails"]) == len(documents["shipments"])
    assert [track["track_number"] for each in documents["shipments"] for track in each["tracks"]] == ["T-1"]
    receipts = shop.stage.company.receipts
    assert [one.gross for one in receipts] == [shop.stage.total(placed)]
    assert receipts[0].outstanding == 0
    # between two invoices an order may be called paid and then open again; nothing is said twice in a row
    assert all(said != again for said, again in pairwise(shop.texts(placed)))
    paid = [text for text in shop.texts(placed) if text.endswith("is paid") and "invoice" in text]
    assert len(paid) == len(set(paid))
    for flow in EVERY:
        open_steps = {step: state for step, state in shop.steps(placed, flow).items() if state not in FINAL}
        assert open_steps == {}, flow


@pytest.mark.parametrize("point", range(0, POINTS, 97))
def test_a_death_now_and_then_doubles_and_loses_nothing(build: Build, point: int) -> None:
    story(build, point)


@pytest.mark.campaign
@pytest.mark.parametrize("point", [point for point in range(POINTS) if point % 97])
def test_a_death_at_any_point_doubles_and_loses_nothing(build: Build, point: int) -> None:
    story(build, point)


def test_the_points_reach_the_end_of_the_story(build: Build) -> None:
    assert story(build, POINTS) == 0
