"""A bare loop over a table of jobs in SQLite, which also is the audit: what everybody writes first."""

from __future__ import annotations

import sys
import time

from audit import open_audit, settle, write_figures


def main(folder: str, jobs: int) -> None:
    """Jobs are rows; the loop takes the next one until none is left."""
    audit = open_audit(folder)
    audit.execute("CREATE TABLE job (id INTEGER PRIMARY KEY, state TEXT)")
    audit.execute("BEGIN")
    audit.executemany("INSERT INTO job (id, state) VALUES (?, 'queued')", [(one,) for one in range(jobs)])
    audit.execute("COMMIT")
    began, cpu = time.perf_counter(), time.process_time()
    while row := audit.execute("SELECT id FROM job WHERE state = 'queued' ORDER BY id LIMIT 1").fetchone():
        settle(audit, row[0])
        audit.execute("UPDATE job SET state = 'done' WHERE id = ?", row)
    write_figures(audit, jobs, began, cpu)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
