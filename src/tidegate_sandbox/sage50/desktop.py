"""What Sage 50 does when its computer is on: upload scope files, fetch orders, work through them, report.

It runs by its own schedule and owes the platform nothing: while the computer is off, nothing happens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage50.agenda import Event
from tidegate_sandbox.sage50.customer_record import customer_records
from tidegate_sandbox.sage50.file_form import written
from tidegate_sandbox.sage50.installation import Installation, Work
from tidegate_sandbox.sage50.order_result import booked, message, rejected
from tidegate_sandbox.sage50.platform import Platform
from tidegate_sandbox.sage50.product_record import product_records
from tidegate_sandbox.sage50.scope_files import DOMAIN, DOWNLOADED, ScopeFile
from tidegate_sandbox.sage50.uploads import Upload

RECORDS: dict[str, Callable[..., list[dict[str, Any]]]] = {
    "customers": customer_records,
    "products": product_records,
}
LOCKED_MINUTES = 5
"""How long Sage 50 waits when its company is locked, as for a backup."""


class Desktop:
    """One installation at work."""

    def __init__(self, platform: Platform, installation: Installation) -> None:
        self._platform = platform
        self._here = installation

    # When there is something to do

    def next_due(self) -> Event | None:
        """The next thing to do, and when; None while the computer stays off or nobody is connected."""
        here, connections = self._here, self._platform.keys.of_installation(self._here.id)
        jobs: list[Event] = []
        for work in here.work:
            jobs.append((work.done_at, partial(self._finish, work)))
        if connections:
            first = connections[0].granted_at + timedelta(seconds=self._platform.options.first_upload_seconds)
            for scope in DOWNLOADED:
                jobs.append((self._upload_due(scope, first), partial(self._regular_upload, scope)))
        if waiting := self._platform.uploads.waiting_for(connections):
            jobs.append((self._fetch_due(waiting[0]), self.fetch))
        on = [(here.power.next_on(due), job) for due, job in jobs]
        return min(((due, job) for due, job in on if due is not None), key=lambda one: one[0], default=None)

    def _upload_due(self, scope: str, first: datetime) -> datetime:
        last = self._here.uploaded_at.get(scope)
        return first if last is None else last + timedelta(minutes=self._here.upload_minutes[scope])

    def _fetch_due(self, waiting: Upload) -> datetime:
        """When Sage 50, which looks for orders at its own rhythm, will first see this one."""
        every = timedelta(minutes=self._here.fetch_minutes)
        last = self._here.fetched_at or waiting.connection.granted_at
        return last + every * max(1, -(-(waiting.updated_at - last) // every))

    # Scope files

    def _regular_upload(self, scope: str) -> None:
        """The upload by the schedule; left out where the clock has jumped over the next one as well."""
        here, now = self._here, self._platform.clock.now()
        here.uploaded_at[scope] = now
        following = here.power.next_on(now + timedelta(minutes=here.upload_minutes[scope]))
        if following is not None and following <= self._platform.real_now():
            return
        self.upload(scope)

    def upload(self, scope: str, form: str = "array") -> ScopeFile | None:
        """Upload a scope's whole file now; None if it is left out because nothing has changed."""
        here, platform = self._here, self._platform
        broken = platform.faults.take_kind("broken_file", scope=scope, installation=here.id)
        with here.company.lock:
            records = RECORDS[scope](here.company)
        if platform.options.customer_id_number == "required":  # the older contract knows no surcharge
            records = [{name: one[name] for name in one if name != "surcharge"} for one in records]
        content = written(records, scope, form if broken is None else broken.options.get("form", "half"))
        here.uploaded_at[scope] = platform.clock.now()
        sha256 = hashlib.sha256(content).hexdigest()
        if not platform.options.upload_unchanged and here.uploaded_sha256.get(scope) == sha256:
            return None
        here.uploaded_sha256[scope] = sha256
        return platform.receive_scope_file(here, DOMAIN, scope, content)

    # Orders

    def fetch(self) -> list[Upload]:
        """Fetch the uploads that wait."""
        here, platform = self._here, self._platform
        now = platform.clock.now()
        here.fetched_at = now
        waiting = platform.uploads.waiting_for(platform.keys.of_installation(here.id))
        for upload in waiting:
            platform.move(upload, "processing")
            here.work.append(Work(upload, now + timedelta(seconds=platform.options.processing_seconds)))
        return waiting

    def finish_all(self, most: int | None = None) -> list[Upload]:
        """Work through what was fetched, now; with ``most`` only so many more orders of each file."""
        done = [work.upload for work in self._here.work]
        for work in list(self._here.work):
            if most is not None and most < len(work.upload.records) - len(work.results):
                self._work_on(work, most)
            else:
                self._finish(work)
        return done

    def _work_on(self, work: Work, most: int) -> None:
        """Work through some orders of a file, and report these; its status stays ``processing`` (A)."""
        start = len(work.results)
        results, _ = self._book(work.upload.records[start : start + most])
        work.results += results
        self._platform.receive_result(work.upload, self._reported(work.results))

    def _finish(self, work: Work) -> None:
        """Work through a file. A locked company (backup) makes it wait."""
        if self._here.company.window.closed() is not None:
            work.done_at = self._platform.clock.now() + timedelta(minutes=LOCKED_MINUTES)
            return
        self._here.work.remove(work)
        upload, options = work.upload, self._platform.options
        if options.refusal == "file" and (bad := self._bad(upload)):
            self._conclude(upload, "badRequest", bad)
            return
        results, failed = self._book(upload.records[len(work.results) :])
        results = [*work.results, *results]
        if failed:
            self._conclude(upload, "failed", results)
        elif all(one["status"] == "rejected" for one in results):
            self._conclude(upload, "badRequest", results)
        else:
            self._conclude(upload, "accepted", results)

    def _bad(self, upload: Upload) -> list[dict[str, Any]]:
        """The orders because of which the whole file is refused."""
        now, book = self._platform.clock.now(), self._here.book
        found = [(one["id"], book.objections(one)) for one in upload.records]
        return [rejected(id, objections, now) for id, objections in found if objections]

    def _book(self, records: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], bool]:
        """Book orders one by one; with what came of each, and whether it broke off."""
        fault = self._platform.faults.take_kind("processing_fails", installation=self._here.id)
        limit = len(records) if fault is None else int(fault.options.get("after", 0))
        results = []
        for record in records[:limit]:
            try:
                results.append(self._here.book.book(record))
            except Refusal as refusal:  # only a lock that began in the middle
                now = self._platform.clock.now()
                results.append(rejected(record["id"], [message(refusal.kind, "", refusal.text)], now))
        return results, fault is not None

    def _conclude(
        self,
        upload: Upload,
        status: Literal["accepted", "failed", "badRequest"],
        results: list[dict[str, Any]],
    ) -> None:
        platform, options = self._platform, self._platform.options
        results = self._reported(results)
        platform.move(upload, status)
        if options.result == "none" or (not results and status != "accepted"):
            return
        if options.result == "partial":
            results = results[: (len(results) + 1) // 2]
        if options.result == "late":
            due = platform.clock.now() + timedelta(minutes=options.late_minutes)
            platform.agenda.add(due, lambda: platform.receive_result(upload, results))
        else:
            platform.receive_result(upload, results)

    def _reported(self, results: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The lines of a result file: without those of orders that it is to say nothing of."""
        return [one for one in results if one["id"] not in self._here.book.left_out]

    def report_again(self, upload: Upload) -> list[dict[str, Any]]:
        """A later result file of an upload that has ended: how its orders stand now."""
        now, book = self._platform.clock.now(), self._here.book
        found = [(id, book.find(id)) for id in upload.order_ids]
        results = [booked(id, "updated", order, now) for id, order in found if order is not None]
        self._platform.receive_result(upload, results)
        return results
