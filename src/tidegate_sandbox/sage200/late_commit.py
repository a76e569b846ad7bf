"""Changes that are stamped when a transaction begins and seen when it ends: a delta may miss them (contract §10).

While the fault ``late_commit`` is armed, a read of what changed since some moment does not show every second
record that changed within the last ``seconds`` (120): its transaction has not ended yet. Other reads show them:
the database gives the state before, which such a read does not tell from the state after.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage200.view import View

STAMP = "date_time_updated"
SECONDS = 120


def committed(
    path: str, view: View, asked: str, company: Company, faults: FaultPlan
) -> Callable[[Any], bool] | None:
    """Which records of a view the read of ``path`` sees; None for all. ``asked`` is the text of its filter."""
    fault = faults.active("late_commit", path=path)
    if fault is None or STAMP not in asked:
        return None
    name = next((each for each in view.getters if each.endswith(STAMP) and each in asked), None)
    if name is None:
        return None
    stamp = view.getter(name)
    since = company.clock.now() - timedelta(seconds=fault.options.get("seconds", SECONDS))

    def seen(record: Any) -> bool:
        at = stamp(record)
        if at is None or at <= since or getattr(record, "id", 0) % 2 == 0:
            return True
        faults.take_kind("late_commit", path=path)
        return False

    return seen
