"""DBOS over SQLite: a durable workflow of two steps for each job; its steps are recorded by DBOS, the audit by us."""

from __future__ import annotations

import sys
import time

from audit import open_audit, settle, write_figures
from dbos import DBOS


def main(folder: str, jobs: int) -> None:
    """Each workflow is started and waited for, one after the other."""
    DBOS(
        config={
            "name": "settle",
            "system_database_url": f"sqlite:///{folder}/dbos.db",
            "run_admin_server": False,
            "log_level": "ERROR",
        }
    )
    audit = open_audit(folder)

    @DBOS.step()
    def send(number: int) -> str:
        settle(audit, number)
        return "done"

    @DBOS.workflow()
    def job(number: int) -> str:
        answer: str = send(number)
        return answer

    DBOS.launch()
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(jobs):
        job(number)
    write_figures(audit, jobs, began, cpu)
    DBOS.destroy()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
