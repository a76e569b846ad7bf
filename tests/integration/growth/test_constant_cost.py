"""A cycle costs what is new: no statement of a cycle, of `status`, of `queue` or of the hub's watch walks the past."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection

from integration.flows.stage import CONNECTION, Stage
from integration.growth.meter import Meter, Statement, metered, scans
from integration.growth.past import GROWING
from tidegate.domain.states import FINAL, State
from tidegate.engine import figures, overdue, reports, waiting
from tidegate.engine.cycles import FLOWS
from tidegate.engine.schedule import planned
from tidegate.engine.watch import watch
from tidegate.ledger import causes, runs

#: What one statement may cost: below what a walk past the shortest of these tables does.
MOST = {"sqlite": 10_000, "postgresql": 1_000}
#: Indexes that hold what is open, and nothing of what is finished: those may be walked.
OPEN = ("batch_open", "delivery_open", "delivery_waits", "delivery_numberless", "delivery_sending")
_ALIAS = re.compile(r"(tidegate_\w+)\"? AS \"?(\w+)|(?:FROM|JOIN) \"?(tidegate_\w+)\"? \"?(U\d|T\d)\"?")


def dear(meter: Meter) -> list[str]:
    """The statements that walk the past, each once, with what it costs and how it is carried out."""
    found = {}
    for statement in meter.statements:
        walks = [
            line
            for line in scans(statement, GROWING, aliases(statement))
            if not any(name in line for name in OPEN) and not ends_at_once(statement)
        ]
        if statement.work > MOST[connection.vendor] or walks:
            found[statement.sql] = f"{statement.work}: {statement.sql}\n    " + "\n    ".join(statement.plan)
    return list(found.values())


def aliases(statement: Statement) -> dict[str, str]:
    """The tables behind the short names of a statement."""
    return {b or d: a or c for a, b, c, d in _ALIAS.findall(statement.sql)}


def ends_at_once(statement: Statement) -> bool:
    """A walk that ends with the first row, or one of SQLite's plans for rows that an insertion does not replace."""
    ends = statement.sql.rstrip().endswith("LIMIT 1") or statement.sql.startswith("INSERT")
    return ends and statement.work < 1_000


def nothing_is_dear(walked: dict[str, list[str]]) -> None:
    assert not walked, "\n\n".join(f"{what}:\n" + "\n".join(told) for what, told in walked.items())


@pytest.mark.parametrize("orders", [1, 0])
def test_no_statement_of_a_cycle_walks_the_past(old: Stage, orders: int) -> None:
    placed = old.orders(orders) if orders else []
    walked: dict[str, list[str]] = {}
    for flow in FLOWS:
        with metered() as meter:
            report = old.cycle(flow)
        assert report.outcome == "done", report
        if told := dear(meter):
            walked[flow] = told
    nothing_is_dear(walked)
    assert old.states(placed) <= {State.CONFIRMED}


def looks(stage: Stage) -> dict[str, Callable[[], object]]:
    """What people and the hub ask for between the cycles."""
    hub, here, now = stage.hub, stage.connection, stage.now
    open_states = [state for state in State if state not in FINAL]

    def queue(**chosen: object) -> object:
        page = reports.deliveries(now, **{"states": open_states, **chosen})  # type: ignore[arg-type]
        return waiting.explain(hub.configuration, page["deliveries"], now)

    def figures_twice() -> None:
        for _ in range(2):
            hub.watched.pop(figures.NAME, None)
            figures.look(hub)

    def watched() -> None:
        hub.watched.clear()
        watch(hub, here)
        overdue.look(hub)

    return {
        "tally": figures_twice,  # the first time, everything is counted
        "figures": figures_twice,
        "status": lambda: reports.status(hub.configuration, now),
        "queue": queue,
        "queue of a flow": lambda: queue(connection=CONNECTION, flow="orders"),
        "queue by code": lambda: queue(code="unmapped-payment"),
        "queue --all": lambda: queue(states=list(State)),
        "watch": watched,
        "schedule": lambda: list(planned(hub, here)),
        "causes": lambda: (causes.of([CONNECTION]), causes.depths([CONNECTION])),
        "runs": lambda: runs.listing([CONNECTION]),
        "trace": lambda: reports.traced("000000001", now),
    }


def test_no_statement_between_the_cycles_walks_the_past(old: Stage) -> None:
    walked = {}
    for what, look in looks(old).items():
        with metered() as meter:
            look()
        if what != "tally" and (told := dear(meter)):
            walked[what] = told
    nothing_is_dear(walked)
