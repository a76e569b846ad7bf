"""`[connections.NAME.alerts]`: what is reported to a person, and how patient the hub is before."""

from __future__ import annotations

from tidegate.config.strict import Strict


class Alerts(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.alerts]`. Every condition is on; `docs/alerts.md` lists them."""

    failures: int = 3  #: cycles in which one record failed
    oldest_hours: int = 24
    parcel_hours: int = 24
    overrun_minutes: int = 60  #: what waits for so long when a window closes; how long a lock may last
    not_compared_hours: int = 24  #: how long a reconciliation may be due
    credential_days: int = 10
    budget_percent: int = 80
