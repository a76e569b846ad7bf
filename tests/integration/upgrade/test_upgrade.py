"""A ledger that an earlier version left in the middle of its work is migrated and finished by today's code."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pytest

from integration.flows.in_memory import MemoryStage
from integration.over_the_wire import WireStage as Stage
from integration.upgrade import day, parcels
from integration.upgrade.day import Morning
from integration.upgrade.parcels import Parcels
from integration.upgrade.record import LEDGERS, MORNINGS
from tidegate import __version__
from tidegate.domain.states import State
from tidegate.engine import reports
from tidegate.engine.interventions import Act, Result
from tidegate.ledger import database
from tidegate.ledger.parcels import open_parcels

RECORDED = sorted(path.name.removesuffix(".db.gz") for path in LEDGERS.glob("*.db.gz"))
CHANGELOG = Path(__file__).parents[3] / "CHANGELOG.md"


def of(morning: str) -> list[str]:
    """The recordings of a morning."""
    return [name for name in RECORDED if name.endswith(f".{morning}")]


def test_there_is_a_ledger_of_every_version() -> None:
    released = re.findall(r"^## \[(\d[^\]]*)\]", CHANGELOG.read_text(), re.MULTILINE)
    wanted = {f"{version}.{morning}" for version in (*released, __version__) for morning in MORNINGS}
    assert wanted - set(RECORDED) == set(), "record the missing ones: make ledgers"
    assert sorted(name for morning in MORNINGS for name in of(morning)) == RECORDED


def replace(ledger: Path, recorded: str) -> None:
    """The recorded ledger in the place of the one that was lived."""
    database.close()
    for left in ledger.parent.glob(f"{ledger.name}*"):
        left.unlink()
    ledger.write_bytes(gzip.decompress((LEDGERS / f"{recorded}.db.gz").read_bytes()))


@pytest.mark.parametrize("recorded", of("documents"))
def test_todays_code_finishes_what_an_earlier_version_left(
    recorded: str, tmp_path: Path, migrated: Path
) -> None:
    ledger = shutil.copy(migrated, tmp_path / "ledger.db")
    with day.stage_at(ledger) as stage:
        morning = day.live(stage)
        replace(ledger, recorded)
        stage.reopen()
        stage.world.sign_in(stage.hub)
        assert stage.state(morning.sending) is State.SENDING
        assert stage.act(Act.RETRY, morning.review).result is Result.DONE
        day.go_on(stage)
        finished(stage, morning)


@pytest.mark.parametrize("recorded", of("parcels"))
def test_todays_code_closes_the_parcels_that_an_earlier_version_left(
    recorded: str, tmp_path: Path, migrated: Path
) -> None:
    ledger = shutil.copy(migrated, tmp_path / "ledger.db")
    with parcels.stage_at(ledger) as stage:
        morning = parcels.live(stage)
        replace(ledger, recorded)
        stage.reopen()
        assert stage.state(morning.in_a_half_known_parcel) is State.HANDED_OVER
        assert stage.state(morning.sending) is State.SENDING
        parcels.go_on(stage)
        closed(stage, morning)


def closed(stage: MemoryStage, morning: Parcels) -> None:
    """No parcel is open; each order is in the company once, or rightly not; nothing was sent again."""
    assert open_parcels() == []
    for name, placed in vars(morning).items():
        gone = placed == morning.refused
        assert len(stage.in_sage(placed)) == (0 if gone else 1), name
        assert stage.state(placed) is (State.REVIEW if gone else State.CONFIRMED), (
            name,
            stage.delivery(placed),
        )
    assert [len(file.orders) for file in stage.platform.files] == [1, 2, 1, 1]
    stage.check()


def finished(stage: Stage, morning: Morning) -> None:
    """Each order is in the company once, or rightly not; nothing is open; every account adds up."""
    gone = {morning.skipped, morning.cancelled, morning.cancelling}
    for name, placed in vars(morning).items():
        there = stage.in_sage(placed)
        assert len(there) == (0 if placed in gone else 1), (name, there)
        if placed not in gone:
            assert stage.state(placed) is State.CONFIRMED, (name, stage.delivery(placed))
            assert len(stage.comments(placed)) == 1, name
    assert stage.state(morning.skipped) is State.SKIPPED
    assert stage.state(morning.cancelled) is stage.state(morning.cancelling) is State.CANCELLED
    documents = {name: stage.steps(getattr(morning, name)) for name in ("shipped", "shipping")}
    assert all(state == State.CONFIRMED for steps in documents.values() for state in steps.values()), (
        documents
    )
    assert {step.partition(":")[0] for step in documents["shipped"]} >= {"shipment", "invoice"}
    status = reports.status(stage.hub.configuration, stage.now)
    (connection,) = status["connections"].values()
    assert status["adds_up"]
    for flow, each in connection["flows"].items():
        account = each["account"]
        assert account["read"] == account["confirmed"] + account["cancelled"] + account["skipped"], (
            flow,
            account,
        )
    stage.check()
