"""`connect`: a passcode that a person answers, a key that is typed in, a registration; a sign-in where there is one."""

from __future__ import annotations

import io
import shutil
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from integration.cli.terminal import Terminal
from integration.flows.in_memory import MemoryStage, build_shop
from integration.flows.stage import CONNECTION
from tidegate.cli import connect
from tidegate.cli.complaint import Refused
from tidegate.cli.invocation import Invocation
from tidegate.conformance.memory.stand_door import Administrator
from tidegate.domain.errors import Code
from tidegate.engine.cycles import run_cycle
from tidegate.ledger import halts
from tidegate.sage.port.entrance import Applicant


@pytest.fixture
def stage(tmp_path: Path, migrated: Path) -> Iterator[MemoryStage]:
    """A company in memory that nobody has let us into."""
    shutil.copyfile(migrated, tmp_path / "ledger.db")
    built = MemoryStage(build_shop(f"sqlite:///{tmp_path / 'ledger.db'}"), asks_consent=True)
    yield built
    built.hub.close()


class WaitingClock:
    """While the command waits, something happens; then time passes as it should."""

    def __init__(self, stage: MemoryStage, happens: list[str]) -> None:
        self._stage, self._happens = stage, happens
        self._people = Administrator(stage.room)

    def now(self) -> datetime:
        return self._stage.now

    def monotonic(self) -> float:
        return self._stage.now.timestamp()

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        self._stage.world.clock.advance(60)
        passcode = self._people.consent.state().passcode
        if self._happens and passcode is not None:
            what = self._happens.pop(0)
            if what == "allow":
                self._people.allow(passcode.text, self._people.again())
            elif what == "deny":
                room = self._stage.room
                assert room.doorbell is not None
                room.doorbell.ring(room.office.deny(passcode.text))
        return False


def connected(stage: MemoryStage, *happens: str, again: bool = False) -> None:
    there = Invocation(clock=WaitingClock(stage, list(happens)))
    consent = Administrator(stage.room).consent
    connect.by_passcode(there, stage.hub, "sage", consent, "ann", again=again, wait=True, as_json=False)


def test_an_administrator_answers_and_the_halt_is_lifted(
    stage: MemoryStage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.shopper.place_order("guest")
    stage.world.clock.advance(60)
    run_cycle(stage.hub, stage.hub.connections[CONNECTION], "orders")
    halted = halts.halted(CONNECTION)
    assert halted is not None
    assert halted.code == Code.SIGN_IN_EXPIRED

    connected(stage, "nothing", "nothing", "allow")

    shown = capsys.readouterr().out
    assert "13 min 0 s left" in shown
    assert "connected to sage" in shown
    assert halts.halted(CONNECTION) is None
    assert run_cycle(stage.hub, stage.hub.connections[CONNECTION], "orders").counts["confirmed"] == 1


def test_nobody_answers(stage: MemoryStage) -> None:
    with pytest.raises(Refused, match="was not used in time"):
        connected(stage)


def test_the_administrator_refuses(stage: MemoryStage) -> None:
    with pytest.raises(Refused, match="denied"):
        connected(stage, "deny")


def test_who_is_connected_is_not_asked_again_unless_it_is_wished(
    stage: MemoryStage, capsys: pytest.CaptureFixture[str]
) -> None:
    connected(stage, "allow")
    first = stage.room.vault.load("sage")["key"].value
    connected(stage)
    assert stage.room.vault.load("sage")["key"].value == first
    connected(stage, "nothing", "allow", again=True)
    assert stage.room.vault.load("sage")["key"].value != first


def test_a_key_from_a_pipe_is_tried(stage: MemoryStage, monkeypatch: pytest.MonkeyPatch) -> None:
    consent = Administrator(stage.room).consent
    monkeypatch.setattr(sys, "stdin", io.StringIO("no such key\n"))
    with pytest.raises(Refused, match="does not know this key"):
        connect.type_in(stage.hub, "sage", consent, "ann", False)
    stage.room.office.keys.add("the-right-key")
    monkeypatch.setattr(sys, "stdin", io.StringIO("the-right-key\n"))
    connect.type_in(stage.hub, "sage", consent, "ann", False)
    assert consent.warning() is None


def test_a_product_without_a_registration_says_so(stage: MemoryStage) -> None:
    with pytest.raises(Refused, match="asks for no registration"):
        connect.apply(
            "sage", Administrator(stage.room).consent, Applicant("Ann", "ann@example.com", "x"), False
        )


def test_a_sign_in_is_the_same_by_either_name(fresh: Terminal) -> None:
    fresh.write_config(
        text={
            'client_id = "env:SAGE_CLIENT_ID"': 'client_id = "env:SAGE_CLIENT_ID"\nredirect_url = "https://hub.example/x"'
        }
    )
    shown = fresh.json("connect", "sage")
    assert shown["url"].startswith("https://sage200.sandbox/authorize?")
    assert "there is no company saeg" in fresh.run("connect", "saeg", code=5).stderr
