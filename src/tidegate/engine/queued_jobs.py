"""Jobs of the queue, ended with patience. Imported where there is a queue: the library is an extra."""

from __future__ import annotations

import asyncio

import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from psycopg.errors import RaiseException

log = structlog.get_logger()

#: Seconds before each try.
TRIES = (0.0, 1.0, 5.0)


class Jobs(JobManager):
    """The library's own, but for its end of a job: it tries once, and then the job counts as running.

    A job that runs keeps the other cycles of its company waiting for as long as its worker lives; a connection that
    is cut at this moment must not do that. Where the server stays away, the worker opens the queue anew under another
    number, and this job is found as one of a dead worker.
    """

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """End it; one that somebody has ended meanwhile is well ended."""
        for pause in TRIES:
            await asyncio.sleep(pause)
            try:
                await super().finish_job(job, status, delete_job)
            except ConnectorException as error:
                if isinstance(error.__cause__, RaiseException):  # "not found, or not in the status doing"
                    return
            else:
                return
        log.warning("cycle not ended in the queue", lock=job.lock, cycle=job.queueing_lock)
