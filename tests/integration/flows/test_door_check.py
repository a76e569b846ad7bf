"""`tidegate check` at the door: consent, call-backs, use and budget."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.flows.in_memory import MemoryStage, build_shop
from tidegate.conformance.memory.stand_door import Administrator
from tidegate.domain.usage import Usage
from tidegate.engine.door_check import check_door
from tidegate.ledger import usage
from tidegate.ledger.database import transaction
from tidegate.sage.port.entrance import Passcode

Build = Callable[..., MemoryStage]


@pytest.fixture
def build(tmp_path: Path, migrated: Path) -> Iterator[Build]:
    """Makes the company in memory; keywords are those of `Switches`."""
    built: list[MemoryStage] = []

    def make(**switches: Any) -> MemoryStage:
        shutil.copyfile(migrated, tmp_path / "ledger.db")
        built.append(MemoryStage(build_shop(f"sqlite:///{tmp_path / 'ledger.db'}"), **switches))
        return built[-1]

    yield make
    for stage in built:
        stage.hub.close()


def lines(stage: MemoryStage) -> dict[str, tuple[str, str, str]]:
    return {each.subject: (each.verdict, each.text, each.remedy) for each in check_door(stage.hub, "sage")}


def test_a_consent_that_is_missing_fails_and_says_what_to_do(build: Build) -> None:
    stage = build(asks_consent=True)
    assert lines(stage)["consent"] == ("fail", "consent: not asked", "tidegate connect sage")
    assert lines(stage)["call-backs"][0] == "warn"
    people = Administrator(stage.room)
    passcode = people.consent.ask()
    assert isinstance(passcode, Passcode)
    people.allow(passcode.text, stage.room)
    assert lines(stage)["consent"][0] == "pass"


def test_use_and_budget_are_shown_and_a_spent_one_warns(build: Build) -> None:
    stage = build(calls_a_minute=100)
    assert lines(stage) == {"budget": ("pass", "100 calls per minute: 100 left", "")}
    with transaction("test"):
        usage.add("sage", Usage(calls=97, bytes=1_500_000, seat_seconds=8), stage.now)
    told = lines(stage)
    assert told["usage"][1] == "in a day: 97 calls, 1.5 MB, 8 seat-seconds"
    assert told["budget"][:2] == ("warn", "100 calls per minute: 3 left")
    assert told["budget"][2]


def test_nothing_is_said_of_a_company_without_any_of_it(build: Build) -> None:
    assert lines(build()) == {}
