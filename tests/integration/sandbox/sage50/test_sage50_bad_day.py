"""A bad day: everything that the contract foresees goes wrong, and a client that follows it loses nothing."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from integration.sandbox.sage50.patient_client import Parcel, PatientClient
from integration.sandbox.sage50.platform_world import sage50
from tidegate_sandbox.faults import Fault

FAULTS = (
    Fault("refuse"),
    Fault("drop_before"),
    Fault("drop_after"),
    Fault("late", options={"seconds": 90}),
    Fault("cut_body"),
    Fault("duplicate_request"),
    Fault("status", options={"status": 503}),
    Fault("status", options={"status": 502, "effect": True}),
    Fault("status", options={"status": 429, "retry_after": 60}),
    Fault("login_page"),
    Fault("login_page", options={"effect": True}),
    Fault("garbage"),
    Fault("drop_after", method="PATCH"),
    Fault("drop_after", method="PUT"),
    Fault("processing_fails", options={"after": 1}),
    Fault("processing_fails"),
    Fault("status_word"),
    Fault("key_expired"),
)


def bad_day(
    kind: type[PatientClient], mode: str, seed: int, peace: int = 600, **options: Any
) -> tuple[PatientClient, list[str]]:
    """A day of five-minute cycles, then so many in peace; the client, and what is wrong at the end.

    How results are given and orders refused changes by chance, unless ``options`` say it.
    """
    world, chance = sage50(upload_mode=mode, **options), random.Random(f"{mode}{seed}")
    client = kind(world, world.initial, world.key)
    good, bad = set(), set()
    for step in range(24 * 12):
        world.wait(minutes=5)
        if chance.random() < 0.3:
            world.faults.add(chance.choice(FAULTS))
        if chance.random() < 0.03:
            world.sim("installations", {"on": chance.random() < 0.6})
        if not options and chance.random() < 0.05:
            world.sim("options", {"result": chance.choice(("full", "partial", "none", "late"))})
            world.sim("options", {"refusal": chance.choice(("order", "file"))})
        if chance.random() < 0.2:
            order = world.order(f"{step:09d}")
            match chance.randrange(10):
                case 0:
                    order["lines"][0]["productId"] = "ART-9999"
                case 1:
                    del order["deliveryAddress"]["city"]
            (good if order == world.order(f"{step:09d}") else bad).add(order["id"])
            client.fresh.append(order)
        client.cycle()
    world.faults.clear()
    world.sim("installations", {"on": True})
    for _ in range(peace):
        if client.is_done:
            break
        world.wait(minutes=5)
        client.cycle()

    booked = Counter(order.external_key for order in world.company.orders.table)
    numbers = {order.external_key: order.number for order in world.company.orders.table}
    wrong = [f"{id} was booked {count} times" for id, count in booked.items() if count > 1]
    wrong += [f"{id} is lost" for id in good - set(booked)]
    wrong += [f"{id} is not to be had but was booked" for id in bad & set(booked)]
    wrong += [f"{id} waits for ever" for id in (good | bad) - set(client.delivered) - set(client.review)]
    wrong += [f"{id} is in review, and good" for id in good & set(client.review)]
    wrong += [
        f"{id} has another number"
        for id, number in client.delivered.items()
        if id in good and number not in (None, numbers.get(id))
    ]
    return client, wrong + world.company.books()["violations"]


@pytest.mark.parametrize("mode", ["queue", "replace", "refuse"])
def test_every_good_order_is_booked_once_and_no_bad_one(mode: str) -> None:
    client, wrong = bad_day(PatientClient, mode, 1)
    assert wrong == []
    assert len(client.delivered) > 30
    assert {"available", "processing", "accepted", "failed", "archiving"} <= client.statuses


def test_bad_orders_are_found_by_halving() -> None:
    client, wrong = bad_day(PatientClient, "queue", 1, refusal="file", result="none")
    assert (wrong, client.halved > 3) == ([], True)


class TakesTheCurrentKeyForTheInitialOne(PatientClient):
    def call(self, verb: str, path: str, **more: Any) -> tuple[int, Any] | None:
        self.initial = self.key
        return super().call(verb, path, **more)


class TakesFailureForSuccess(PatientClient):
    def _conclude(self, parcel: Parcel, status: str, results: list[dict[str, Any]]) -> None:
        super()._conclude(parcel, "accepted" if status == "failed" else status, results)


class ForgetsTheRestOfAnInvalidFile(PatientClient):
    def _conclude(self, parcel: Parcel, status: str, results: list[dict[str, Any]]) -> None:
        super()._conclude(parcel, "accepted" if status == "invalid" else status, results)


class DoesNotHalve(PatientClient):
    def _resend(self, *parts: list[dict[str, Any]]) -> None:
        super()._resend([order for part in parts for order in part])


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (TakesTheCurrentKeyForTheInitialOne, {}),
        (TakesFailureForSuccess, {}),
        (ForgetsTheRestOfAnInvalidFile, {}),
        (DoesNotHalve, {"refusal": "file", "result": "none"}),
    ],
)
def test_a_careless_client_is_found_out(kind: type[PatientClient], options: dict[str, str]) -> None:
    assert bad_day(kind, "queue", 1, peace=100, **options)[1]


def test_a_sage_50_that_doubles_repeated_orders_is_found_out() -> None:
    _, wrong = bad_day(PatientClient, "queue", 4, dedupe=False, result="none")
    assert any("times" in one for one in wrong)
