"""What a fault of a week may strike: calls of one system."""

from __future__ import annotations

from typing import Any, NamedTuple

MAGENTO, SAGE = "magento", "sage"
"""Both systems of a week, as its events name them, whatever product stands for the second."""


class Target(NamedTuple):
    """Calls of one system. `path` is a regular expression, `body` a text that the request contains."""

    system: str
    method: str
    path: str
    body: str = ""

    def injected(self, name: str, kind: str, times: int | None, options: dict[str, Any]) -> dict[str, Any]:
        """The options of an event `fault`: these calls fail in this way, so many times (None: until it ends)."""
        chosen = {"system": self.system, "name": name, "kind": kind, "times": times, "options": options}
        matched = {"method": self.method, "path": self.path}
        return {**chosen, **matched, **({"body": self.body} if self.body else {})}


def of(system: str, method: str, *paths: str) -> tuple[Target, ...]:
    """One target for each path."""
    return tuple(Target(system, method, path) for path in paths)
