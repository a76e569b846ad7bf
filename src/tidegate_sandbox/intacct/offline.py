"""Offline requests: acknowledged at once, worked on later, the answer posted to the policy's URL (contract §13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from xml.etree.ElementTree import Element, tostring

from tidegate_sandbox.intacct.document import parsed
from tidegate_sandbox.intacct.outbox import Outbox, Sending
from tidegate_sandbox.intacct.request import Control, read_root
from tidegate_sandbox.intacct.store import Named
from tidegate_sandbox.intacct.tenant import Tenant

Work = Callable[[bytes, str], tuple[str, bytes]]


@dataclass(slots=True)
class Job:
    """A request that waits. ``done`` are the results of the functions that were worked on already."""

    id: int
    control: Control
    raw: bytes
    endpoint: str
    done: list[Element] = field(default_factory=list)
    is_over: bool = False


class Offline:
    """Takes offline requests over. Jobs can be read as JOBQUEUERECORD: Q waits, T is worked on, D is done (A)."""

    def __init__(self, tenant: Tenant, outbox: Outbox) -> None:
        self._tenant = tenant
        self._outbox = outbox
        self.work: Work | None = None  #: set by who answers requests
        self.left_out: set[str] = set()  #: control ids of functions whose results no answer has
        self.jobs: list[Job] = []

    def hand_over(self, control: Control, raw: bytes, endpoint: str) -> None:
        """Queue a request that the gateway has checked the form of."""
        tenant = self._tenant
        with tenant.company.lock:
            now = tenant.clock.now()
            record = tenant.store.jobs.add(
                tenant.company.new(
                    Named,
                    name=f"J{tenant.company.ids.next()}",
                    values={
                        "STATE": "Q",
                        "CONTROLID": control.control_id,
                        "POLICYID": control.policy,
                        "QUEUED": now,
                    },
                )
            )
        job = Job(record.id, control, raw, endpoint)
        self.jobs.append(job)
        due = now + timedelta(seconds=tenant.options.offline_seconds)
        self._outbox.at(due, lambda: self._worked(job))

    def work_now(self, most: int | None = None) -> None:
        """Work on what waits, before its time; or on so many functions more of each request."""
        for job in self.jobs:
            sending = None if job.is_over else self._worked(job, most)
            if sending is not None:
                self._outbox.at(self._tenant.clock.now(), lambda one=sending: one)  # type: ignore[misc]

    def _worked(self, job: Job, most: int | None = None) -> Sending | None:
        tenant = self._tenant
        if self.work is None or job.is_over:
            return None
        with tenant.company.lock:
            asked = read_root(job.raw)
            content = asked.find("operation/content")
            functions = [] if content is None else list(content)
            until = len(functions) if most is None else len(job.done) + most
            for one in (*functions[: len(job.done)], *functions[until:]):
                content.remove(one)  # type: ignore[union-attr]
            content_type, body = self.work(
                tostring(asked, encoding="utf-8", xml_declaration=True), job.endpoint
            )
            answer = parsed(body)
            operation = answer.find("operation")
            results = [] if operation is None else operation.findall("result")
            job.done += results
            record = tenant.store.jobs.get(job.id)
            if record is not None:
                record.values.update({"STATE": "D" if until >= len(functions) else "T"})
            if until < len(functions) and results:
                return None
            job.is_over = True
            if record is not None:
                record.values["DONE"] = tenant.clock.now()
            if operation is not None:
                for one in results:
                    operation.remove(one)
                answered = [one for one in job.done if (one.findtext("controlid") or "") not in self.left_out]
                operation.extend(answered)
        url = tenant.policies.get(job.control.policy)
        body = tostring(answer, encoding="utf-8", xml_declaration=True)
        return None if not url else Sending(url, {"Content-Type": content_type}, body)
