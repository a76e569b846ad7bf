"""Files of orders on their way up: announced, then put; and where each is followed.

Source: contract §8. What was announced is noted in the vault under the digest of its content before a byte leaves,
so that a process that dies in between leaves a trace: the address that the platform tracks it under, and the one that
the bytes go to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import digest_of
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.port.orders import Prepared
from tidegate.sage.sage50 import answers, wire_names
from tidegate.sage.sage50.client import Sage50Client, encode
from tidegate.sage.sage50.fields import text_of
from tidegate.sage.vault import Secret, Vault
from tidegate.transport import NoAnswer

NOTE, ENDED = "upload-", "ended-"  #: in the vault, before the beginning of a digest
LINK = timedelta(minutes=15)  #: how long an address for an upload is good, where the answer does not say (A)


class Announced(msgspec.Struct, frozen=True):
    """What the platform said of an announced file. `until`: by our clock, how long bytes are taken."""

    digest: str
    tracking: str
    upload: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Put:
    """A file that the platform has."""

    tracking: str


class Uploads:
    """The way up of one company's orders."""

    def __init__(
        self, company: str, client: Sage50Client, vault: Vault, clock: Clock, *, kept: timedelta
    ) -> None:
        """`kept`: how long the platform keeps a file that is not fetched."""
        self._company = company
        self._client = client
        self._vault = vault
        self._clock = clock
        self._kept = kept
        self._reserved: dict[str, Announced] = {}  #: announced by this process, and not put yet

    def announce(self, batch: Sequence[Prepared]) -> Announced | Failure:
        """The first step; nothing is taken by it, so that no failure leaves a doubt."""
        content = content_of(batch)
        path = wire_names.FILES.format(domain=wire_names.DOMAIN, scope=wire_names.ORDERS)
        body = {
            wire_names.SIZE: len(content),
            wire_names.SHA256: hashlib.sha256(content).hexdigest(),
            "records": len(batch),
        }
        answer = self._client.ask("POST", path, body)
        if isinstance(answer, Failure):
            return answer
        if answer.status == 413:
            return Failure(
                Code.PARCEL_REFUSED,
                f"the file of {len(content)} bytes is too large for the platform",
                sent=False,
            )
        described = answers.object_or_failure(answer)
        if isinstance(described, Failure):
            return described
        tracking = text_of(described, wire_names.TRACKING_URL)
        upload = text_of(described, wire_names.UPLOAD_URL)
        if not tracking or not upload:
            return Failure(
                Code.SERVER_TROUBLE, "the platform's answer has no address for the file", sent=False
            )
        now = self._clock.now()
        try:
            end = values.moment(described.get(wire_names.EXPIRY))
        except Unreadable:
            end = None
        until = now + (end - (answer.date or now) if end is not None else LINK)
        announced = Announced(_digest(batch), tracking, upload, until)
        self._note(announced)
        self._reserved[announced.digest] = announced
        return announced

    def announced(self, digest: str) -> Announced | None:
        """What was noted of the file with this content, by whatever process."""
        found = self._vault.load(self._company).get(_name(digest))
        return msgspec.json.decode(found.value, type=Announced) if found is not None else None

    def put(self, batch: Sequence[Prepared]) -> Put | Failure:
        """The second step, of a file that was announced just now; one that was not, or too long ago, is first.

        A file with the same orders that ended before is another file: its address is never used again.
        """
        announced = self._reserved.pop(_digest(batch), None)
        if announced is None or announced.until <= self._clock.now():
            fresh = self.announce(batch)
            if isinstance(fresh, Failure):
                return fresh
            announced = fresh
        self._reserved.pop(announced.digest, None)
        content = content_of(batch)
        answer = self._client.upload(announced.upload, content)
        if (
            not isinstance(answer, Failure | NoAnswer) and answer.status == 410
        ):  # over: once more from the beginning
            fresh = self.announce(batch)
            if isinstance(fresh, Failure):
                return fresh
            announced = fresh
            answer = self._client.upload(announced.upload, content)
        if isinstance(answer, Failure):
            return answer
        if isinstance(answer, NoAnswer):
            return answers.lost(answer, harmless=False)
        if answer.status in (200, 201, 204):
            return Put(announced.tracking)
        if answer.status == 413:
            return Failure(Code.PARCEL_REFUSED, "the file is too large for the platform", sent=False)
        if answer.status >= 500 or answer.status == 408:
            text = f"whether the platform has the file is not known: {answer.status} {answers.said(answer)}"
            return Failure(Code.UNCLEAR_ANSWER, text, retry_after=answer.retry_after)
        return answers.refused(answer)

    def _note(self, announced: Announced) -> None:
        """Only one file is under way at a time: what was noted of those before is of no use any more."""
        now = self._clock.now()
        name = _name(announced.digest)
        before = [each for each in self._vault.load(self._company) if each.startswith((NOTE, ENDED))]
        note = Secret(msgspec.json.encode(announced).decode(), now, now + 2 * self._kept)
        self._vault.keep(self._company, {name: note}, forget=[each for each in before if each != name])


def content_of(batch: Sequence[Prepared]) -> bytes:
    """The file, the same bytes for the same orders."""
    return encode([each.payload for each in batch])


def _digest(batch: Sequence[Prepared]) -> str:
    return digest_of((each.order.key, each.payload_hash) for each in batch)


def _name(digest: str) -> str:
    return NOTE + digest[:24]
