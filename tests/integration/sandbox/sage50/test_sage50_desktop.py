"""A desktop that is often off, and its own rhythm (contract sections 1, 9 and 13)."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from integration.sandbox.sage50.platform_world import Sage50, sage50
from tidegate_sandbox.sage50.power import Power, WorkingHours

MADRID = ZoneInfo("Europe/Madrid")
OFFICE = {"from": "08:00", "to": "18:30", "days": [0, 1, 2, 3, 4]}


def versions(world: Sage50) -> tuple[int, int]:
    """The versions of customers and products on the platform."""
    latest = world.face.platform.files.latest
    [id] = world.face.platform.installations
    found = [latest(id, "ecommerce", scope) for scope in ("customers", "products")]
    first, second = (one.version if one is not None else 0 for one in found)
    return first, second


def test_scope_files_come_by_the_frequency_of_their_scope() -> None:
    world = sage50()
    world.sim("installations", {"uploadMinutes": {"products": 15, "customers": 120}})
    seen = []
    for _ in range(9):
        world.wait(minutes=15)
        seen.append(versions(world))
    assert seen[:3] == [(1, 1), (1, 2), (1, 3)]
    assert versions(world) == (2, 9)


def test_after_a_jump_only_the_last_of_several_uploads_is_made() -> None:
    world = sage50()
    world.wait(days=3)
    assert versions(world) == (1, 1)
    world.renew()
    assert world.get("/api/files/ecommerce/products")["uploadedAt"] == "2026-03-05T09:01:00Z"


def test_without_a_consent_nothing_is_uploaded() -> None:
    world = sage50(connected=False)
    world.wait(days=1)
    assert versions(world) == (0, 0)
    assert world.face.platform.next_due() is None


def test_orders_are_fetched_at_sage_50s_own_rhythm() -> None:
    world = sage50(key_minutes=600)
    seen = {}
    for id in "12":  # sent at 10:00 and at 10:20; Sage 50 looks every 15 minutes from the consent on
        url = world.send(world.order(id))
        seen[id] = []
        for _ in range(4):
            world.wait(minutes=5)
            seen[id].append(world.track(url)["status"])
    assert seen == {
        "1": ["available", "available", "processing", "accepted"],
        "2": ["available", "processing", "accepted", "accepted"],
    }


def test_sage_50_off_for_two_days() -> None:
    world = sage50()
    world.wait(minutes=1)
    world.sim("installations", {"on": False})
    url = world.send(world.order())
    for _ in range(2):
        world.wait(days=1)
        world.renew()
        assert world.track(url)["status"] == "available"
    assert versions(world) == (1, 1)
    world.sim("installations", {"on": True})
    assert versions(world) == (2, 2)
    assert world.track(url)["status"] == "processing"
    world.wait(seconds=30)
    assert world.track(url)["status"] == "accepted"


def test_a_computer_that_goes_off_in_the_middle_of_its_work() -> None:
    world = sage50()
    url = world.send(world.order())
    world.wait(minutes=15)
    assert world.track(url)["status"] == "processing"
    world.sim("installations", {"on": False})
    world.wait(hours=10)
    world.renew()
    assert world.track(url)["status"] == "processing"
    assert world.sim("orders") == []
    world.sim("installations", {"on": True})
    assert world.track(url)["status"] == "accepted"


def test_a_computer_with_working_hours() -> None:
    world = sage50()  # Monday, 11:00 in Madrid
    world.sim("installations", {"hours": OFFICE})
    world.wait(hours=9)
    world.renew()
    url = world.send(world.order())
    world.wait(hours=2)
    world.renew()
    assert world.track(url)["status"] == "available"
    assert world.sim("installations")[0]["on"] is False
    world.sim("sage-upload", {}, 400)
    world.wait(hours=10, minutes=1)  # Tuesday, 08:01
    world.renew()
    tracking = world.track(url)
    assert (tracking["status"], tracking["updatedAt"]) == ("accepted", "2026-03-03T07:00:30Z")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-02T11:00", "2026-03-02T11:00"),
        ("2026-03-02T05:00", "2026-03-02T08:00"),
        ("2026-03-02T18:30", "2026-03-03T08:00"),
        ("2026-03-06T20:00", "2026-03-09T08:00"),
        ("2026-03-27T20:00", "2026-03-30T08:00"),  # summer time begins between them
    ],
)
def test_when_a_computer_is_on_next(moment: str, expected: str) -> None:
    hours = WorkingHours(time(8), time(18, 30), MADRID)
    assert hours.next_open(at(moment)) == at(expected)
    power = Power(at("2026-01-01T00:00"), hours)
    assert power.is_on(at(moment)) == (moment == expected)
    power.switch(False, at(moment))
    assert power.next_on(at(moment)) is None


@pytest.mark.parametrize(
    "body",
    [
        {"hours": {"from": "18:00", "to": "08:00"}},
        {"hours": {"from": "08:00", "to": "18:00", "days": [7]}},
        {"uploadMinutes": {"orders": 5}},
        {"installation": "ins-0"},
        {"add": "Again SL", "id": "ins-taken"},
    ],
)
def test_what_cannot_be_meant(body: dict[str, object]) -> None:
    world = sage50()
    world.sim("installations", {"add": "First SL", "id": "ins-taken", "items": 1})
    assert world.sim("installations", body, 400)["error"]
