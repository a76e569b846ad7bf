"""`[connections.NAME.reconcile]`: when store, ledger and company are compared by themselves."""

from __future__ import annotations

from tidegate.config.strict import Strict


class Reconcile(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.reconcile]`; neither `every` nor `cron` = only by hand."""

    every: str = ""  #: e.g. 1d
    cron: str = ""  #: five fields, in the company's time zone
    days: int = 7  #: orders placed so many days back are compared
