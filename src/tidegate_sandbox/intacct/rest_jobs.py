"""Work that REST does later: asynchronous requests and bulk jobs (contract §15.4, §15.6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tidegate_sandbox.intacct.events import signature
from tidegate_sandbox.intacct.outbox import Outbox, Sending
from tidegate_sandbox.intacct.rest_failure import bad_form, not_found
from tidegate_sandbox.intacct.rest_repeats import Answer
from tidegate_sandbox.intacct.tenant import Tenant

Work = Callable[[], Answer]


@dataclass(slots=True)
class Job:
    """A request that is carried out later."""

    id: str
    queued: datetime
    state: str = "queued"
    answer: Answer | None = None


class Jobs:
    """The jobs of one company."""

    def __init__(self, tenant: Tenant, outbox: Outbox) -> None:
        self._tenant = tenant
        self._outbox = outbox
        self._jobs: dict[str, Job] = {}

    def take(self, work: Work, environ: dict[str, Any]) -> Answer:
        """202 with a job; the result is posted to `X-IA-Webhook-EndpointURL` where that is given."""
        url, asked = environ.get("HTTP_X_IA_WEBHOOK_ENDPOINTURL", ""), environ.get("HTTP_X_REQUEST_ID", "")
        job = self._queue(work, lambda job: self._result(job, url, asked))
        shown = {
            "jobId": job.id,
            "state": "queued",
            "queuedDateTime": _moment(job.queued),
            "href": f"/services/core/async/job-status?jobId={job.id}",
        }
        seconds = str(self._tenant.options.async_seconds)
        return Answer(202, msgspec.json.encode({"ia::result": shown}), headers=(("Retry-After", seconds),))

    def _queue(self, work: Work, then: Callable[[Job], Sending | None]) -> Job:
        now = self._tenant.clock.now()
        job = Job(self._tenant.sessions.secret("job"), now)
        self._jobs[job.id] = job

        def run() -> Sending | None:
            job.state = "inTransit"
            with self._tenant.company.lock:
                job.answer = work()
            job.state = "delivered"
            return then(job)

        self._outbox.at(now + timedelta(seconds=self._tenant.options.async_seconds), run)
        return job

    def _result(self, job: Job, url: str, request_id: str) -> Sending | None:
        answer, known = job.answer, self._tenant.credentials
        if not url or answer is None:
            return None
        sign = signature(
            answer.body, known.client_secret, known.client_id, known.company_id, self._tenant.clock.now()
        )
        headers = {
            "Content-Type": answer.content_type,
            "X-IA-Respond-Code": str(answer.status),
            "X-IA-Original-Request-Id": request_id,
            "X-IA-Sage-Signature": sign,
        }
        return Sending(url, headers, answer.body)

    def status(self, job_id: str) -> Answer:
        """The state of an asynchronous job. RestFailure 404."""
        job = self._job(job_id)
        shown = {"jobId": job.id, "state": job.state, "queuedDateTime": _moment(job.queued)}
        return Answer(200, msgspec.json.encode({"ia::result": shown}))

    def _job(self, job_id: str) -> Job:
        found = self._jobs.get(job_id)
        if found is None:
            raise not_found(f"There is no job with the key {job_id}.")
        return found

    def bulk(self, raw: bytes, content_type: str, work: Callable[[dict[str, Any], Any], Answer]) -> Answer:
        """A bulk job of a multipart body: what is asked, and the file of records."""
        parts = _parts(raw, content_type)
        if "ia::requestBody" not in parts:
            raise bad_form("The part ia::requestBody is missing.")
        asked = msgspec.json.decode(parts["ia::requestBody"])
        file = parts.get(asked.get("jobFile", ""), parts.get("jobFile"))
        if file is None or asked.get("operation") not in ("create", "update", "delete"):
            raise bad_form("The job's file or operation is missing.")
        records = msgspec.json.decode(file)
        callback = asked.get("callbackURL", "")
        job = self._queue(lambda: work(asked, records), lambda job: self._result(job, callback, ""))
        shown = {"jobId": job.id, "statusURL": f"/services/bulk/job/status?jobId={job.id}"}
        return Answer(202, msgspec.json.encode({"ia::result": shown}))

    def bulk_status(self, job_id: str, *, download: bool) -> Answer:
        """The state of a bulk job, or its results."""
        job = self._job(job_id)
        if download and job.answer is not None:
            return Answer(200, job.answer.body)
        state = {"delivered": "completed"}.get(job.state, job.state)
        return Answer(200, msgspec.json.encode({"ia::result": {"jobId": job.id, "status": state}}))


def _parts(raw: bytes, content_type: str) -> dict[str, bytes]:
    """The parts of a multipart body by name, and by file name."""
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    if found is None:
        raise bad_form("The body must be multipart/form-data.")
    parts: dict[str, bytes] = {}
    for part in raw.split(b"--" + found[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        for name in re.findall(rb'(?:file)?name="([^"]*)"', head):
            parts[name.decode()] = content.removesuffix(b"\r\n")
    return parts


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
