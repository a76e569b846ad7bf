"""`tidegate check`: the limits of sizes that store and company have shown."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.flows import learnt
from tidegate.flows.connection import Connection
from tidegate.sage.port.findings import Finding


def check_limits(connection: Connection) -> Iterator[Finding]:
    """One line a system that refused or was too slow for larger questions."""
    for system, since, limits in learnt.learnt_limits(connection):
        what = ", ".join(f"{name} {size}" for name, size in sorted(limits.items()))
        until = since + learnt.KEPT_FOR
        text = (
            f"requests to {system.replace(':', ' ')} are cut to a smaller size: {what}; larger ones are "
            f"tried again after {until:%Y-%m-%d}"
        )
        yield Finding("learnt limits", "pass", text)
