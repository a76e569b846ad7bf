"""Who of several processes plans: the one whose connection to PostgreSQL holds an advisory lock.

The lock ends with the connection, so that a planner which is killed, or whose machine fails, has a successor as
soon as the server has noticed. Two planners would do no harm: leases decide what is safe.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: "plan": beside `MIGRATION_LOCK`.
PLANNER_LOCK = 0x706C_616E
#: The server notices within about half a minute that a machine has failed.
_OPTIONS = "-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"


@dataclass(eq=False)
class Election:
    """This process's candidacy, on a connection of its own; `url` is the ledger's. One thread uses it."""

    url: str
    holds: bool = False  #: the lock, as far as this process knows
    _connection: Any = field(default=None, repr=False)

    def won(self) -> bool:
        """Whether this process plans now. Raises `LedgerError` for a server that cannot be reached."""
        import psycopg

        from tidegate.ledger.database import explained

        with explained():
            try:
                if self._connection is None:
                    self._connection = psycopg.connect(
                        self.url, autocommit=True, application_name="tidegate planner", options=_OPTIONS
                    )
                if self.holds:  # the lock is as alive as its connection
                    self._connection.execute("SELECT 1")
                else:
                    found = self._connection.execute("SELECT pg_try_advisory_lock(%s)", [PLANNER_LOCK])
                    self.holds = bool(found.fetchone()[0])
            except psycopg.Error:
                self.withdraw()
                raise
        return self.holds

    def withdraw(self) -> None:
        """Somebody else may plan."""
        connection, self._connection, self.holds = self._connection, None, False
        if connection is not None:
            connection.close()
