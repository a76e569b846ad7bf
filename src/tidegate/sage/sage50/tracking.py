"""What became of files of orders: followed through every status, their results read record by record.

Source: contract §9. `accepted`, `failed` and `badRequest` are the vendor's words, the others are assumptions; one that
is unknown is waited on. A result may be missing or late: it is asked for during `patience` after the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel
from tidegate.sage.asking_again import next_question
from tidegate.sage.port.outcomes import HandedOver, Outcome
from tidegate.sage.sage50 import answers, results, wire_names
from tidegate.sage.sage50.client import Sage50Client
from tidegate.sage.sage50.ends import Ends
from tidegate.sage.sage50.fields import moment_of, text_of
from tidegate.sage.sage50.uploads import LINK, Uploads
from tidegate.transport import Answer, NoAnswer

Found = dict[str, Outcome]
NEVER_ARRIVED = Failure(Code.TRANSIENT, "the file never reached the platform: it is sent again", sent=False)


@dataclass(frozen=True, slots=True)
class _Tracking:
    """A file's tracking: its status, its age by the platform's clock, and what its result says so far."""

    status: str
    ended: timedelta | None  #: since its last change, by the platform's clock; None: not said
    found: Found
    complete: bool  #: whether a result file is there


class Tracking:
    """Follows the files of one company."""

    def __init__(
        self,
        client: Sage50Client,
        uploads: Uploads,
        ends: Ends,
        clock: Clock,
        *,
        kept: timedelta,
        patience: timedelta,
    ) -> None:
        """`kept`: how long the platform keeps a file that is not fetched; `patience`: how long a result is awaited."""
        self._client = client
        self._uploads = uploads
        self._ends = ends
        self._clock = clock
        self._kept = kept
        self._patience = patience

    def collect(self, parcels: Sequence[Parcel]) -> Found | Failure:
        """The outcomes known of each record, by key; a read that fails is that failure for all."""
        found: Found = {}
        for parcel in parcels:
            known = self._of(parcel)
            if isinstance(known, Failure):
                return known
            found |= known
        return found

    def lies(self, tracking: str, opened_at: datetime) -> HandedOver:
        """What is said of a file that waits for Sage 50."""
        return HandedOver(tracking, next_question(opened_at, self._clock.now()), opened_at + self._kept)

    def _of(self, parcel: Parcel) -> Found | Failure:
        noted = self._uploads.announced(parcel.digest)
        tracking = parcel.tracking or (noted.tracking if noted is not None else "")
        if not tracking:
            return dict.fromkeys(parcel.keys, NEVER_ARRIVED)
        answer = self._client.ask("GET", tracking)
        if isinstance(answer, Failure):
            return answer
        now = self._clock.now()
        if answer.status == 404:
            return self._unknown(parcel, now)
        tracked = self._tracking_of(answer, parcel)
        if isinstance(tracked, Failure):
            return tracked
        if tracked.status == wire_names.PENDING:
            until = noted.until if noted is not None else parcel.opened_at + LINK
            if now >= until:
                return dict.fromkeys(parcel.keys, NEVER_ARRIVED)
            return dict.fromkeys(parcel.keys, HandedOver(tracking, until, parcel.opened_at + self._kept))
        lies: Outcome = self.lies(tracking, parcel.opened_at)
        waiting = dict.fromkeys(parcel.keys, lies) | tracked.found
        if tracked.status == wire_names.EXPIRED:
            text = f"Sage 50 did not fetch the file in {self._kept.days} days: it is sent again"
            return dict.fromkeys(parcel.keys, Failure(Code.TRANSIENT, text, sent=False))
        if tracked.status not in _AFTER:
            return waiting  # under way, or an unknown word
        if not tracked.complete and not self._ends.is_long_ago(parcel.digest, tracked.ended, self._patience):
            return waiting
        return _AFTER[tracked.status](parcel, tracked.found)

    def _unknown(self, parcel: Parcel, now: datetime) -> Found:
        """The platform no longer has the file, but Sage 50 may have it: the parcel waits while that is possible."""
        if now < parcel.opened_at + self._kept:
            return {}
        text = "the platform no longer has the file, and no result was received: it is sent again"
        return dict.fromkeys(parcel.keys, Failure(Code.TRANSIENT, text, sent=False))

    def _tracking_of(self, answer: Answer, parcel: Parcel) -> _Tracking | Failure:
        described = answers.object_or_failure(answer)
        if isinstance(described, Failure):
            return described
        status = text_of(described, wire_names.STATUS)
        if not status:
            return Failure(Code.SERVER_TROUBLE, "the platform states no status of the file", sent=False)
        read = self._result(described, parcel)
        if isinstance(read, Failure):
            return read
        updated, there = moment_of(described, wire_names.UPDATED_AT), answer.date
        ended = there - updated if updated is not None and there is not None else None
        return _Tracking(status, ended, read or {}, read is not None)

    def _result(self, described: dict[str, Any], parcel: Parcel) -> Found | Failure | None:
        """What the result file says, None where there is none yet."""
        address = text_of(described, wire_names.RESULT_URL)
        if not address:
            return None
        answer = self._client.download(address)
        if isinstance(answer, Failure):
            return answer
        if isinstance(answer, NoAnswer):
            return answers.lost(answer, harmless=True)
        if answer.status in (404, 410):  # a later one has replaced it: asked for again with the next question
            return None
        if answer.status != 200:
            return answers.refused(answer)
        read = results.results(answer.body, parcel.keys)
        if isinstance(read, str):
            text = f"Sage 50's result file cannot be read: {read}"
            return Failure(Code.SERVER_TROUBLE, text, sent=False)
        return read


def _accepted(parcel: Parcel, found: Found) -> Found:
    """Worked through: what the result does not name was taken, and its number is not known (§9)."""
    return {key: found.get(key) or results.accepted(key) for key in parcel.keys}


def _failed(parcel: Parcel, found: Found) -> Found:
    """Sage stopped while it processed the file: records that the result does not name are sent again."""
    again = Failure(Code.TRANSIENT, "Sage 50 stopped while it processed the file: it is sent again")
    return {key: found.get(key) or again for key in parcel.keys}


def _refused(parcel: Parcel, found: Found) -> Found:
    """Refused: the orders that are named are at fault, the others are sent again; without a name, in halves."""
    if not found:
        text = "the file was refused without naming the order at fault"
        return dict.fromkeys(parcel.keys, Failure(Code.PARCEL_REFUSED, text))
    again = Failure(Code.TRANSIENT, "the file was refused for other orders in it: this one is sent again")
    return {key: found.get(key) or again for key in parcel.keys}


_AFTER = {
    wire_names.ACCEPTED: _accepted,
    wire_names.FAILED: _failed,
    wire_names.BAD_REQUEST: _refused,
    wire_names.INVALID: _refused,
}
