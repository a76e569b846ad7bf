"""One figure: what was measured, in which unit, and what was aimed at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

#: *counted* figures are the same on every machine and may be asserted; *timed* ones belong to this machine.
Kind = Literal["counted", "timed"]
Bound = Literal["<", "<=", ">="]


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure should be, in the figure's own unit."""

    bound: Bound
    value: float

    def met_by(self, value: float) -> bool:
        """Whether a value keeps to it."""
        match self.bound:
            case "<":
                return value < self.value
            case "<=":
                return value <= self.value
            case ">=":
                return value >= self.value

    def __str__(self) -> str:
        return f"{self.bound} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """`text` says in a few words what was done; `unit` is that of `value` and of the target."""

    name: str
    value: float
    unit: str
    kind: Kind
    text: str
    target: Target | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target was met; None without one."""
        return None if self.target is None else self.target.met_by(self.value)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the target as text, e.g. `">= 2000"`, and null where there is none."""
        return {
            "value": self.value,
            "unit": self.unit,
            "target": None if self.target is None else str(self.target),
            "met": self.met,
            "kind": self.kind,
            "text": self.text,
        }

    def to_wire(self) -> dict[str, Any]:
        """Everything, for the process that asked for the measurement."""
        return asdict(self)

    @classmethod
    def from_wire(cls, value: dict[str, Any]) -> Figure:
        """What `to_wire` wrote."""
        target = value["target"]
        return cls(**{**value, "target": None if target is None else Target(**target)})
