"""A ledger that an earlier version left in the middle of its work is migrated and finished by today's code."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from integration.flows.stage import Stage
from integration.upgrade.day import Morning, go_on, live, stage_at
from integration.upgrade.record import LEDGERS
from tidegate import __version__
from tidegate.domain.states import State
from tidegate.engine import reports
from tidegate.engine.interventions import Act, Result
from tidegate.ledger import database

RECORDED = {path.name.removesuffix(".db.gz"): path for path in sorted(LEDGERS.glob("*.db.gz"))}
CHANGELOG = Path(__file__).parents[3] / "CHANGELOG.md"


def test_there_is_a_ledger_of_every_version() -> None:
    released = re.findall(r"^## \[(\d[^\]]*)\]", CHANGELOG.read_text(), re.MULTILINE)
    assert {*released, __version__} - RECORDED.keys() == set(), (
        "record the missing ones: tests/integration/upgrade/record.py"
    )


@pytest.mark.parametrize("version", RECORDED)
def test_todays_code_finishes_what_an_earlier_version_left(version: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    with stage_at(ledger) as stage:
        morning = live(stage)
        database.close()
        for left in tmp_path.glob("ledger.db*"):
            left.unlink()
        ledger.write_bytes(gzip.decompress(RECORDED[version].read_bytes()))
        stage.reopen()
        stage.world.sign_in(stage.hub)
        assert stage.state(morning.sending) is State.SENDING
        assert stage.act(Act.RETRY, morning.review).result is Result.DONE
        go_on(stage)
        finished(stage, morning)


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
