"""Flows that exclude each other, as one name: while one of a group runs, the others of its company wait."""

from __future__ import annotations

from functools import cache

from tidegate.engine.cycles import FLOWS


@cache
def group_of(flow: str) -> str:
    """The name of the flow's group: that of its first flow."""
    group = {flow}
    while True:
        beside = {
            other
            for other, plan in FLOWS.items()
            if other in group
            or not group.isdisjoint(plan.excludes)
            or any(other in FLOWS[one].excludes for one in group)
        }
        if beside == group:
            return next(name for name in FLOWS if name in group)
        group = beside
