"""What fails is an alert after the third cycle, once, updated while it lasts, and over by itself."""

from __future__ import annotations

from integration.flows.conftest import InMemory
from integration.flows.in_memory import MemoryStage
from integration.flows.stage import CONNECTION, SETTLED
from tidegate.domain.alert_kinds import Severity, kind_of
from tidegate.domain.errors import Code, Failure
from tidegate.domain.states import State
from tidegate.engine import interventions
from tidegate.ledger import alerts, halts

BUSY = Failure(Code.RECORD_BUSY, "somebody has the customer open")
WRONG = Failure(Code.NOT_AUTHENTICATED, "the password was changed", sent=False)


def open_now(stage: MemoryStage, code: Code) -> list[tuple[str, int]]:
    """Subject and count of the open alerts of one code."""
    return [(each.subject, each.count) for each in alerts.open_alerts(CONNECTION) if each.code == code]


def test_the_third_failed_cycle_of_a_record_is_an_alert_until_it_arrives(in_memory: InMemory) -> None:
    stage = in_memory()
    placed = stage.order("guest")
    label = str(stage.shop_order(placed)["increment_id"])
    told = []
    for _ in range(5):
        stage.inject("send", BUSY)
        stage.cycle(after=SETTLED)
        told.append(open_now(stage, Code.RECORD_BUSY))
    assert told == [[], [], [(label, 1)], [(label, 2)], [(label, 3)]]
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED
    assert open_now(stage, Code.RECORD_BUSY) == []


def test_refused_credentials_are_critical_at_once_and_over_when_the_connection_is_lifted(
    in_memory: InMemory,
) -> None:
    stage = in_memory()
    placed = stage.order("guest")
    stage.inject("send", WRONG)
    stage.cycle()
    assert kind_of(Code.NOT_AUTHENTICATED).severity is Severity.CRITICAL
    assert [count for _, count in open_now(stage, Code.NOT_AUTHENTICATED)] == [1]
    halted = halts.halted(CONNECTION)
    assert halted is not None
    assert halted.code == Code.NOT_AUTHENTICATED
    stage.cycle(after=SETTLED)
    assert [count for _, count in open_now(stage, Code.NOT_AUTHENTICATED)] == [1]
    interventions.lift(CONNECTION, company="sage", actor="ann", now=stage.now)
    assert alerts.open_alerts(CONNECTION) == []
    stage.cycle(after=SETTLED)
    assert stage.state(placed) is State.CONFIRMED
    assert stage.delivery(placed).failures == 0
