"""A product's call-back in a simulated week: it reaches the hub that runs just now, or nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tidegate.engine import bell
from tidegate.engine.hub import Hub
from tidegate.sage.port.doorbell import Ring
from tidegate.simulation.crashes import ProcessDeath


class Called(Protocol):
    """A week in the making."""

    hub: Hub | None

    def bury(self) -> None:
        """The process is dead."""
        ...


def called_back(week: Called, headers: Mapping[str, str], body: bytes, path: str = "documents") -> int:
    """The status of the answer to a call-back, by default of a document; 0 where none came."""
    if week.hub is None:
        return 0
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        return bell.hear(week.hub, "sage", Ring("POST", path, lower, body)).status
    except ProcessDeath:
        week.bury()
        return 0
