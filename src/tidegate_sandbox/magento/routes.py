"""The routes that the simulated shop knows: verb, path, the permission it asks for, and what answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tidegate_sandbox.magento.call import Call

Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Route:
    """One route. ``path`` is below ``/V1``, with its parameters as ``{name}``."""

    verb: str
    path: str
    resource: str
    handler: Handler


class RouteTable:
    """Finds the route of a request; literal path parts go before parameters."""

    def __init__(self, routes: list[Route]) -> None:
        self._exact: dict[tuple[str, tuple[str, ...]], Route] = {}
        self._patterns: list[tuple[str, tuple[str, ...], Route]] = []
        for route in routes:
            parts = tuple(route.path.strip("/").split("/"))
            if "{" in route.path:
                self._patterns.append((route.verb, parts, route))
            else:
                self._exact[route.verb, parts] = route

    def find(
        self, verb: str, parts: tuple[str, ...], *, bulk: bool = False
    ) -> tuple[Route, dict[str, str]] | None:
        """The route of ``parts`` (decoded, below ``V1``) and its parameters; None where there is none.

        In the path of a ``bulk`` call ``{sku}`` is written ``bySku``, and has no value (point 27).
        """
        exact = self._exact.get((verb, parts))
        if exact is not None:
            return exact, {}
        for wanted, pattern, route in self._patterns:
            if wanted != verb or len(pattern) != len(parts):
                continue
            found: dict[str, str] = {}
            for template, part in zip(pattern, parts, strict=True):
                name = template[1:-1]
                if template[0] == "{" and (not bulk or part == f"by{name[0].upper()}{name[1:]}"):
                    found[name] = part
                elif template != part:
                    break
            else:
                return route, found
        return None
