"""Offline requests: acknowledged at once, worked on later, the answer posted to the policy's URL (contract §13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tidegate_sandbox.intacct.outbox import Outbox, Sending
from tidegate_sandbox.intacct.request import Control
from tidegate_sandbox.intacct.store import Named
from tidegate_sandbox.intacct.tenant import Tenant

Work = Callable[[bytes, str], tuple[str, bytes]]


class Offline:
    """Takes offline requests over. Jobs can be read as JOBQUEUERECORD: Q waits, D done (A for the letters' sense)."""

    def __init__(self, tenant: Tenant, outbox: Outbox) -> None:
        self._tenant = tenant
        self._outbox = outbox
        self.work: Work | None = None  #: set by who answers requests

    def hand_over(self, control: Control, raw: bytes, endpoint: str) -> None:
        """Queue a request that the gateway has checked the form of."""
        tenant = self._tenant
        with tenant.company.lock:
            now = tenant.clock.now()
            job = tenant.store.jobs.add(
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
        due = now + timedelta(seconds=tenant.options.offline_seconds)
        self._outbox.at(due, lambda: self._done(job.id, control, raw, endpoint))

    def _done(self, job_id: int, control: Control, raw: bytes, endpoint: str) -> Sending | None:
        tenant = self._tenant
        if self.work is None:
            return None
        with tenant.company.lock:
            content_type, body = self.work(raw, endpoint)
            job = tenant.store.jobs.get(job_id)
            if job is not None:
                job.values.update({"STATE": "D", "DONE": tenant.clock.now()})
        url = tenant.policies.get(control.policy)
        return None if not url else Sending(url, {"Content-Type": content_type}, body)
