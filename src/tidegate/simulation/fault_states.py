"""Which fault struck which flow, and in which states its records then stood: the second table of a campaign.

Counted once for each kind of fault that struck in a cycle, and for each state in which the flow had a record when that
cycle had ended, or its process died: records that waited, and what the fault itself made of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from tidegate.domain.states import State
from tidegate.ledger import rows
from tidegate.simulation import coverage
from tidegate.simulation.crashes import ProcessDeath
from tidegate_sandbox.faults import FaultPlan

DEATH = "process death"
#: Struck a call, or ended the process, while a flow was at work.
KINDS = tuple(dict.fromkeys([*coverage.READ, *coverage.WRITE, DEATH]))
#: What no cycle leaves behind unless its process died within it.
WITHIN_A_CYCLE = frozenset({State.SENDING})

_NOTE = (State.QUEUED, State.SENDING, State.IN_DOUBT, State.REVIEW, State.CONFIRMED)
_RECORD = (*_NOTE, State.HELD, State.SKIPPED)
#: The states in which a record of a flow can stand. `captured` lasts no longer than a commit.
STATES: Mapping[str, tuple[State, ...]] = {
    "orders": (*_RECORD, State.HANDED_OVER, State.CANCELLED),
    **dict.fromkeys(("order-status", "registrations"), _NOTE),
    **dict.fromkeys(("shipments", "invoices", "credits", "payments"), _RECORD),
    **dict.fromkeys(("customers", "products", "prices", "inventory"), _RECORD),
}
Cells = Mapping[str, Mapping[str, Mapping[str, int]]]
"""How often, by flow, state and kind of fault; every cell that can be struck is there."""

_STANDING = (
    "SELECT state FROM tidegate_delivery WHERE connection = %s AND flow = %s GROUP BY state "
    "UNION SELECT state FROM tidegate_mirrorrow WHERE connection = %s AND flow = %s GROUP BY state"
)


@contextmanager
def watched(plans: Iterable[FaultPlan], flow: str, connection: str, by_state: Counter[str]) -> Iterator[None]:
    """While a cycle runs: what the faults of these plans struck is added to `by_state`."""
    before = fired(plans)
    died = set[str]()
    try:
        yield
    except ProcessDeath:
        died.add(DEATH)
        raise
    finally:
        names = died | (fired(plans) - before).keys()
        if names:
            by_state.update(counted(names, flow, states_of(connection, flow)))


def fired(plans: Iterable[FaultPlan]) -> Counter[str]:
    """How often each fault has struck a call so far, by its name."""
    return sum((Counter(plan.fired()) for plan in plans), Counter())


def states_of(connection: str, flow: str) -> list[str]:
    """The states in which this flow has a record now."""
    return [state for (state,) in rows.fetch_all(_STANDING, connection, flow, connection, flow)]


def counted(names: Iterable[str], flow: str, states: Iterable[str]) -> Counter[str]:
    """What one cycle adds, by "kind of fault @ flow @ state"."""
    kinds = {coverage.kind_of(name) for name in names}
    return Counter(f"{kind} @ {flow} @ {state}" for state in states for kind in kinds)


def table(by_state: Mapping[str, int]) -> dict[str, dict[str, dict[str, int]]]:
    """All cells."""
    return {
        flow: {
            state.value: {kind: by_state.get(f"{kind} @ {flow} @ {state}", 0) for kind in kinds_at(state)}
            for state in states
        }
        for flow, states in STATES.items()
    }


def kinds_at(state: State) -> tuple[str, ...]:
    """The kinds of fault after which a record can stand there."""
    return (DEATH,) if state in WITHIN_A_CYCLE else KINDS


def below(cells: Cells, least: int) -> Iterator[str]:
    """The cells that have fewer than `least`, by name."""
    for flow, states in cells.items():
        for state, row in states.items():
            for kind, count in row.items():
                if count < least:
                    yield f"{kind} in {flow}, {state}: {count}"


def table_lines(cells: Cells, least: int = 1) -> Iterator[str]:
    """The table in short: of each flow's state the seldomest kind, and how many kinds have fewer than `least`."""
    for flow, states in cells.items():
        yield f"struck in {flow}"
        for state, row in states.items():
            seldomest = min(row, key=lambda kind: row[kind])
            few = sum(count < least for count in row.values())
            yield f"  {state}: {sum(row.values())}, at least {row[seldomest]} ({seldomest})" + (
                f", {few} of {len(row)} kinds below {least}" if few else ""
            )
