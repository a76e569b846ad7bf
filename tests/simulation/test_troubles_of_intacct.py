"""What weeks with Intacct draw besides: every kind of it, its triggers, and a forged call that nobody may believe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tidegate.sage.intacct.doorbell import Doorbell
from tidegate.sage.intacct.offline import Answers
from tidegate.sage.port.doorbell import Ring
from tidegate.sage.vault import MemoryVault
from tidegate.simulation.houses.intacct import INTACCT
from tidegate.simulation.houses.intacct_troubles import BLIPS, SECRET, Administrators, script
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan

START = datetime(2026, 3, 26, 6, tzinfo=UTC)
Call = Callable[[Any, bytes], int]


class Clock:
    """The simulator's, as the room reads it."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()


@pytest.fixture
def face() -> Any:
    """The simulator of the weeks, with one order that may leave."""
    clock = SandboxClock.virtual(START)
    made, _ = INTACCT.build(clock, FaultPlan(1), INTACCT.company(clock, items=20))
    return made


def shipped(administrators: Administrators, face: Any, how: str) -> None:
    """Somebody sells by telephone, and a trigger tells of what leaves."""
    administrators.carry_out("trigger", {"how": how})
    sold = face.company.other_channel_sale("HUB-0001", Decimal(1), warehouse="WH1", channel="telephone")
    face.company.despatch(sold.number)
    administrators.carry_out("trigger", {"how": how})


def test_every_kind_is_drawn() -> None:
    drawn: Counter[str] = Counter()
    for seed in range(40):
        for event in script(seed, START, 4):
            kind = event.options.get("kind") or event.options.get("how") or ""
            drawn[f"{event.what} {kind} {event.options.get('function', '')}".strip()] += 1
    wanted = {f"gateway-fault {kind} {function}".strip() for kind, function in BLIPS}
    wanted |= {"maintenance", "period-closed", "in-progress", "invoice-made-anew"}
    wanted |= {f"trigger {how}" for how in ("rings", "rings-twice", "is-lost", "is-forged")}
    assert wanted == set(drawn)


@pytest.mark.parametrize(
    ("how", "calls"), [("rings", 1), ("rings-twice", 2), ("is-lost", 0), ("is-forged", 2)]
)
def test_a_trigger_calls_the_hub_with_a_proof(face: Any, how: str, calls: int) -> None:
    clock: Any = Clock(face.clock)
    answers_heard = Answers("east", MemoryVault(), clock, token="")
    company = face.credentials.company_id
    bell = Doorbell(clock, secret=SECRET, client_id="", company_id=company, answers=answers_heard)
    answers: list[int] = []

    def call(headers: Any, body: bytes) -> int:
        lower = {name.lower(): value for name, value in headers.items()}
        answers.append(bell.ring(Ring("POST", "documents", lower, body)).status)
        return answers[-1]

    shipped(Administrators(face, call), face, how)
    assert len(answers) == calls
    assert answers.count(401) == (how == "is-forged")


def test_a_hub_that_believes_a_forged_call_ends_the_week(face: Any) -> None:
    with pytest.raises(ValueError, match="forged call-back was answered 200"):
        shipped(Administrators(face, lambda headers, body: 200), face, "is-forged")


def test_peace_opens_what_was_closed(face: Any) -> None:
    administrators = Administrators(face, lambda headers, body: 200)
    for what in ("maintenance", "period-closed"):
        administrators.carry_out(what, {"on": True, "pick": 0.0})
    assert face.tenant.is_offline
    assert not face.company.calendar.period_of(face.company.today()).is_open
    administrators.peace()
    assert not face.tenant.is_offline
    assert face.company.calendar.period_of(face.company.today()).is_open
