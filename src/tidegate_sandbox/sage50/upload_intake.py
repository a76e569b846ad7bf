"""The way of an upload up to Sage 50: announced, received, validated, waiting (contract sections 8 and 9)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from tidegate_sandbox.sage50.connection import Connection
from tidegate_sandbox.sage50.json_text import decode
from tidegate_sandbox.sage50.links import Link
from tidegate_sandbox.sage50.order_result import message, rejected
from tidegate_sandbox.sage50.platform import Platform
from tidegate_sandbox.sage50.problem import Problem, gone
from tidegate_sandbox.sage50.schema import Finding, findings
from tidegate_sandbox.sage50.uploads import Upload

MOST_FINDINGS = 100


class UploadIntake:
    """Takes uploads of orders in."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def announce(self, connection: Connection, scope: str, request: dict[str, Any]) -> tuple[Upload, Link]:
        """The first step: size and checksum; the link that the bytes go to.

        Problem 409 where an upload is open and a second one is refused, 413 for one that is too large.
        """
        platform = self._platform
        if request["size"] > platform.options.most_bytes:
            raise _too_large()
        if platform.options.upload_mode == "refuse" and platform.uploads.open_of(connection, scope):
            raise Problem(409, "uploadOpen", "An upload of this scope is still open.")
        expires_at = platform.clock.now() + timedelta(minutes=platform.options.link_minutes)
        upload = platform.uploads.start(
            connection, scope, int(request["size"]), request["sha256"], expires_at
        )
        platform.journal.note("upload", upload=upload.id, status="pending")
        return upload, platform.links.hand_out("u", upload)

    def receive(self, upload: Upload, content: bytes) -> int:
        """The second step: the bytes. The HTTP status: 201, or 200 for the same bytes again.

        Problem 400 for other bytes than were announced, 410 for an upload that was replaced.
        """
        platform = self._platform
        if upload.status == "replaced":
            raise gone()
        if len(content) > platform.options.most_bytes:
            raise _too_large()
        if len(content) != upload.size or hashlib.sha256(content).hexdigest() != upload.sha256:
            raise Problem(400, "contentMismatch", "Size or checksum is not what was announced.")
        if upload.received:
            return 200
        if platform.options.upload_mode == "replace":
            for earlier in platform.uploads.open_of(upload.connection, upload.scope):
                if earlier is not upload and earlier.status != "processing":
                    platform.move(earlier, "replaced")
        upload.received, upload.content = True, content
        platform.move(upload, "validating")
        due = platform.clock.now() + timedelta(seconds=platform.options.validation_seconds)
        platform.agenda.add(due, lambda: self._validate(upload))
        if not platform.options.validation_seconds:
            platform.settle()
        return 201

    def _validate(self, upload: Upload) -> None:
        platform = self._platform
        if upload.status != "validating":
            return
        try:
            records = decode(upload.content)
        except ValueError:
            platform.move(upload, "invalid")
            return
        if found := self._findings(records):
            platform.receive_result(upload, _refused(records, found, platform))
            platform.move(upload, "invalid")
            return
        upload.records, upload.content = records, b""
        upload.order_ids = [record["id"] for record in records]
        platform.move(upload, "available")
        due = platform.clock.now() + timedelta(days=platform.options.expiry_days)
        platform.agenda.add(due, lambda: self._expire(upload))

    def _findings(self, records: Any) -> list[Finding]:
        """What breaks the schema, by the options of this installation too."""
        options = self._platform.options
        found = list(findings(records, "ordersFile", "ecommerce"))
        if isinstance(records, list) and len(records) > options.most_records and not found:
            found.append(("", f"at most {options.most_records} entries are expected"))
        if options.customer_id_number == "required" and not found:
            found = [
                (f"[{position}].customer.idNumber", "a value is required")
                for position, record in enumerate(records)
                if not record["customer"].get("idNumber")
            ]
        return found

    def _expire(self, upload: Upload) -> None:
        if upload.status == "available":
            self._platform.move(upload, "expired")


def _refused(records: Any, found: list[Finding], platform: Platform) -> list[dict[str, Any]]:
    """The records that break the schema, in the form of a result file (A)."""
    by_record: dict[str, list[dict[str, Any]]] = {}
    for path, text in found[:MOST_FINDINGS]:
        position, _, field = path.removeprefix("[").partition("]")
        id = ""
        if path.startswith("[") and isinstance(records[int(position)], dict):
            id = str(records[int(position)].get("id", ""))
        by_record.setdefault(id, []).append(message("schema", field.removeprefix("."), text))
    now = platform.clock.now()
    return [rejected(id, messages, now) for id, messages in by_record.items()]


def _too_large() -> Problem:
    return Problem(413, "tooLarge", "The file is larger than 50 MB.")
