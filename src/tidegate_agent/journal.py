"""The journal on disk: which key was given which order number, and what became of it.

A row is on the disk (WAL, synchronous FULL) before the call that it announces is made. After a crash the
question is therefore never "is there an order for this key?" but "does order 0001234 exist, with this key?".
"""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from tidegate_agent.clock import Clock

State = Literal["reserved", "writing", "written", "given_up", "review"]
"""``given_up``: surely not in Sage, may be tried again. ``review``: nobody can say, never again by itself."""
OPEN: tuple[State, ...] = ("reserved", "writing")
KEPT = timedelta(days=90)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
  company TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, fingerprint TEXT NOT NULL, number TEXT NOT NULL,
  state TEXT NOT NULL, result TEXT, batch TEXT NOT NULL, begun_at TEXT NOT NULL, changed_at TEXT NOT NULL,
  PRIMARY KEY (company, kind, key));
CREATE TABLE IF NOT EXISTS server (
  process INTEGER PRIMARY KEY, at TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the journal knows of a key."""

    company: str
    key: str
    fingerprint: str
    number: str
    state: State
    result: dict[str, Any] | None
    batch: str
    begun_at: datetime
    changed_at: datetime
    kind: str = "order"


class Journal:
    """The agent's memory in one SQLite file. Safe from several threads; the file belongs to one agent.

    ``durable``: every change waits for the disk. Only a simulation may do without.
    """

    def __init__(self, path: Path | str, clock: Clock, *, durable: bool = True) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._db = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._db.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @property
    def is_durable(self) -> bool:
        """Whether every change is on the disk when the call that made it returns."""
        with self._lock:
            return bool(self._db.execute("PRAGMA synchronous").fetchone()[0] >= 2)

    # Records

    def reserve(
        self, company: str, key: str, fingerprint: str, number: str, batch: str, kind: str = "order"
    ) -> None:
        """Note the number that was reserved for a key, before anything is done with it."""
        now = self._now()
        with self._lock:
            self._db.execute(
                "INSERT OR REPLACE INTO entry VALUES (?,?,?,?,?,'reserved',NULL,?,?,?)",
                (company, key, kind, fingerprint, number, batch, now, now),
            )

    def change(
        self, company: str, key: str, state: State, result: dict[str, Any] | None = None, kind: str = "order"
    ) -> None:
        """Note a new state of a key. KeyError when the journal does not know it."""
        text = json.dumps(result) if result is not None else None
        with self._lock:
            done = self._db.execute(
                "UPDATE entry SET state=?, result=COALESCE(?, result), changed_at=? WHERE company=? AND kind=? AND key=?",
                (state, text, self._now(), company, kind, key),
            )
            if done.rowcount != 1:
                raise KeyError(key)

    def find(self, company: str, key: str, kind: str = "order") -> Entry | None:
        """What is known of a key."""
        with self._lock:
            row = self._db.execute(
                f"SELECT {_COLUMNS} FROM entry WHERE company=? AND kind=? AND key=?",  # noqa: S608
                (company, kind, key),
            ).fetchone()
        return _entry(row) if row is not None else None

    def open_entries(self, company: str | None = None) -> list[Entry]:
        """The rows that have to be settled before new work, oldest first; of one company, or of all."""
        with self._lock:
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM entry WHERE state IN ('reserved','writing')"  # noqa: S608
                " AND (? IS NULL OR company=?) ORDER BY begun_at, key",
                (company, company),
            ).fetchall()
        return [_entry(row) for row in rows]

    def forget_old(self) -> int:
        """Forget settled rows older than 90 days; how many. Open rows and those in review are kept."""
        limit = (self._clock.now() - KEPT).isoformat()
        with self._lock:
            done = self._db.execute(
                "DELETE FROM entry WHERE state IN ('written','given_up') AND changed_at < ?", (limit,)
            )
        return done.rowcount

    # Server processes, so that a new agent can end what a dead one left

    def server_started(self, process: int) -> None:
        """Note a server process of ours."""
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO server VALUES (?,?)", (process, self._now()))

    def server_gone(self, process: int) -> None:
        """Note that a server process has ended."""
        with self._lock:
            self._db.execute("DELETE FROM server WHERE process=?", (process,))

    def servers(self) -> list[tuple[int, datetime]]:
        """The server processes that no end was noted of, and since when."""
        with self._lock:
            rows = self._db.execute("SELECT process, at FROM server ORDER BY process").fetchall()
        return [(int(row[0]), datetime.fromisoformat(row[1])) for row in rows]

    def _now(self) -> str:
        return self._clock.now().isoformat()


_COLUMNS = "company, key, fingerprint, number, state, result, batch, begun_at, changed_at, kind"


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry(
        company=row[0],
        key=row[1],
        fingerprint=row[2],
        number=row[3],
        state=row[4],
        result=json.loads(row[5]) if row[5] else None,
        batch=row[6],
        begun_at=datetime.fromisoformat(row[7]),
        changed_at=datetime.fromisoformat(row[8]),
        kind=row[9],
    )
