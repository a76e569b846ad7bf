"""The sums over simulated weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from tidegate.simulation import coverage, fault_states
from tidegate.simulation.counts import Counts
from tidegate.simulation.run import Outcome

#: What is counted by name.
TALLIED = tuple(one.name for one in fields(Counts) if one.default_factory is Counter)


@dataclass
class Summary(Counts):
    """All weeks of one campaign."""

    seeds: int = 0

    def add(self, outcome: Outcome, sage: str) -> None:
        """One more week."""
        self.seeds += 1
        self.add_up(outcome)
        days = "" if outcome.days is None else f" --days {outcome.days}"
        replay = f"tidegate simulate --seeds 1 --first {outcome.seed} --sage {sage}{days}"
        self.violations += [
            {"sage": sage, "seed": outcome.seed, **each, "replay": replay} for each in outcome.violations
        ]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        sorted_counts = {
            name: dict(sorted(getattr(self, name).items())) for name in ("faults", "faults_by_call")
        }
        return {**self.__dict__, **sorted_counts, "injections": self.cells, "by_state": self.state_cells}

    @property
    def cells(self) -> coverage.Cells:
        """How often each kind of fault struck each kind of call."""
        return coverage.table(self.injections, self.faults)

    @property
    def state_cells(self) -> fault_states.Cells:
        """How often each kind of fault struck each flow while it had a record in each state."""
        return fault_states.table(self.by_state)

    def seldom(self, least: int) -> list[str]:
        """The cells of both tables that have fewer than `least`."""
        return [*coverage.below(self.cells, least), *fault_states.below(self.state_cells, least)]

    def to_keep(self) -> dict[str, Any]:
        """Everything, for `kept`."""
        return dict(self.__dict__)

    @classmethod
    def kept(cls, kept: Mapping[str, Any]) -> Summary:
        """As it was kept. Raises TypeError where something else was."""
        fields: dict[str, Any] = {
            name: Counter(value) if name in TALLIED else value for name, value in kept.items()
        }
        return cls(**fields)
