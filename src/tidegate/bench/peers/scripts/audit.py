"""What each of the settling programs keeps of a job: a row before it is carried out, and its outcome after that.

The file is on disk with SQLite's `synchronous = FULL`, as a record of what was sent must be. Usage of the programs:
`python PROGRAM.py FOLDER JOBS`; they print `{"jobs": 500, "seconds": 1.2, "cpu": 0.9}`.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from pathlib import Path

TABLE = "CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY, key TEXT UNIQUE, began REAL, ended REAL, answer TEXT)"


def open_audit(folder: str) -> sqlite3.Connection:
    """The audit's own file, each statement a commit."""
    audit = sqlite3.connect(Path(folder) / "audit.db", isolation_level=None, check_same_thread=False)
    audit.execute("PRAGMA journal_mode = WAL")
    audit.execute("PRAGMA synchronous = FULL")
    audit.execute(TABLE)
    return audit


def settle(audit: sqlite3.Connection, number: int) -> None:
    """One job: the attempt is recorded, something would be sent, its answer is recorded."""
    began = time.time()
    audit.execute("INSERT INTO audit (key, began) VALUES (?, ?)", (f"order:{number}", began))
    audit.execute("UPDATE audit SET ended = ?, answer = ? WHERE key = ?", (began, "done", f"order:{number}"))


def finished(audit: sqlite3.Connection) -> int:
    """Jobs with an answer."""
    return int(audit.execute("SELECT count(*) FROM audit WHERE ended IS NOT NULL").fetchone()[0])


def write_figures(audit: sqlite3.Connection, jobs: int, began: float, cpu: float) -> None:
    """Print the figures. RuntimeError unless every job has its answer."""
    seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    if finished(audit) != jobs:
        raise RuntimeError(f"{finished(audit)} of {jobs} jobs have an answer")
    sys.stdout.write(json.dumps({"jobs": jobs, "seconds": seconds, "cpu": spent}) + "\n")
