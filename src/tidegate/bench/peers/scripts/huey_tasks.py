"""huey over SQLite: a task for each job, carried out by one worker of its own consumer code, with the audit beside it."""

from __future__ import annotations

import sys
import time

from audit import open_audit, settle, write_figures
from huey import SqliteHuey


def main(folder: str, jobs: int) -> None:
    """Tasks are queued first; then the queue is emptied as huey's worker does it."""
    huey = SqliteHuey("settle", filename=f"{folder}/huey.db", fsync=True)
    audit = open_audit(folder)

    @huey.task()
    def job(number: int) -> str:
        settle(audit, number)
        return "done"

    for number in range(jobs):
        job(number)
    began, cpu = time.perf_counter(), time.process_time()
    while (task := huey.dequeue()) is not None:
        huey.execute(task)
    write_figures(audit, jobs, began, cpu)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
