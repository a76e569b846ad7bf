"""The whole files that Sage 50 uploads: found, downloaded, checked, taken apart record by record.

Source: contract §5, §7, §10. Only the latest file of a scope exists. One that is cut, or is none, is dropped and
asked for again; the last good one stays what it was.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec

from tidegate.clock import Clock
from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Code, Failure
from tidegate.reading import pauses
from tidegate.reading.document import Unreadable, read
from tidegate.sage.sage50 import answers, wire_names
from tidegate.sage.sage50.client import Sage50Client
from tidegate.sage.sage50.fields import Record, moment_of, text_of
from tidegate.sage.sage50.spool import Spool
from tidegate.transport import NoAnswer

BROKEN = "broken"  #: key of `Failure.details`: the file is at fault, and the one before is as good as it was
TRIES = 3  #: downloads of a broken file in one read (§5)


@dataclass(frozen=True, slots=True)
class ScopeFile:
    """The latest file of a scope. `records` by id, each once; `bad` are those that have no id, or are no records.

    `names`: the name of each record in messages, its `reference`, else its id.
    """

    scope: str
    checksum: str  #: SHA-256 of the body, hex
    records: Mapping[str, Record]
    names: Mapping[str, str] = field(default_factory=dict)
    bad: tuple[BadRow, ...] = ()
    uploaded_at: datetime | None = (
        None  #: by our clock: the platform's two times are compared with each other
    )


class ScopeFiles:
    """The files of one installation; the last good one of each scope is kept, its records on disk."""

    def __init__(self, client: Sage50Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._good: dict[str, ScopeFile] = {}
        self._lock = threading.Lock()

    def latest(self, scope: str) -> ScopeFile | Failure | None:
        """The latest file; None while Sage 50 has not sent any. One call where nothing is new."""
        pauses.possible()
        with pauses.kept_out(self._lock):
            path = wire_names.FILES.format(domain=wire_names.DOMAIN, scope=scope)
            why = ""
            for _ in range(TRIES):
                answer = self._client.ask("GET", path)
                if isinstance(answer, Failure):
                    return answer
                if answer.status == 404 and answers.object_of(answer) is not None:
                    return None  # not an error: it has not sent anything yet
                described = answers.object_or_failure(answer)
                if isinstance(described, Failure):
                    return described
                good = self._good.get(scope)
                at, there = moment_of(described, wire_names.UPLOADED_AT), answer.date
                uploaded_at = (
                    self._clock.now() - (there - at) if at is not None and there is not None else None
                )
                if good is not None and good.checksum == text_of(described, wire_names.SHA256).lower():
                    found: ScopeFile | Failure | str = replace(good, uploaded_at=uploaded_at)
                else:
                    found = self._downloaded(scope, described, uploaded_at)
                if isinstance(found, ScopeFile):  # the same file, too: it was still true at its new time
                    self._good[scope] = found
                    return found
                if isinstance(found, Failure):
                    return found
                why = found
            text = (
                f"Sage 50's file of {scope} is damaged: {why}; the previous file is used until Sage 50 "
                "sends another"
            )
            return Failure(Code.SERVER_TROUBLE, text, sent=False, details={BROKEN: "yes"})

    def last_good(self, scope: str) -> ScopeFile | None:
        """What was read last, without a call."""
        return self._good.get(scope)

    def forget(self) -> None:
        """Forget all files, so that the next read downloads them again."""
        self._good.clear()

    def _downloaded(
        self, scope: str, described: dict[str, Any], uploaded_at: datetime | None
    ) -> ScopeFile | Failure | str:
        """The file, or in words why what came is none."""
        address = text_of(described, wire_names.DOWNLOAD_URL)
        if not address:
            return "the platform gives no address for the file"
        answer = self._client.download(address)
        if isinstance(answer, Failure):
            return answer
        if isinstance(answer, NoAnswer):
            return f"the file did not arrive: {answer.text}"
        if answer.status in (404, 410):
            return "a newer file has replaced it"
        if answer.status != 200:
            return answers.refused(answer)
        checksum = hashlib.sha256(answer.body).hexdigest()
        wanted, size = text_of(described, wire_names.SHA256).lower(), described.get(wire_names.SIZE)
        if wanted and checksum != wanted:
            return "its checksum is wrong"
        if isinstance(size, int) and size != len(answer.body):
            return f"it has {len(answer.body)} bytes instead of {size}"
        found = parts(answer.body)
        if isinstance(found, str):
            return found
        return ScopeFile(scope, checksum, found.records, found.names, tuple(found.bad), uploaded_at)


def listed(body: bytes) -> list[Any] | str:
    """The records of a file: an array, or an object with exactly one array in it; else why it is none."""
    try:
        value = read(body)
    except Unreadable as error:
        return str(error)
    if isinstance(value, dict):
        lists = [each for each in value.values() if isinstance(each, list)]
        if len(lists) != 1:
            return f"it has {len(lists)} lists instead of one"
        value = lists[0]
    return value if isinstance(value, list) else "it is not a list of records"


@dataclass(slots=True)
class Parts:
    """A file taken apart: its records by id, their names, and those that have no id or are no records."""

    records: Mapping[str, Record] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)

    def id_of(self, number: int, record: Any) -> str:
        """The id of the record with this number, noted by its name; "" for a bad one."""
        known = record if isinstance(record, dict) else {}
        id, reference = text_of(known, "id"), text_of(known, "reference")
        if id:
            self.names[id] = reference or id
        else:
            self.bad.append(BadRow(reference or f"record {number}", "it has no id"))
        return id


def parts(body: bytes) -> Parts | str:
    """A file's records, on disk, each decoded by itself; else why it is none.

    Of two with one id the later counts. A file that strict JSON does not read is held in memory, as it was read.
    """
    found = Parts()
    raw = _undecoded(body)
    if raw is None:
        rows = listed(body)
        if isinstance(rows, str):
            return rows
        found.records = {id: row for number, row in enumerate(rows, 1) if (id := found.id_of(number, row))}
        return found
    try:
        found.records = Spool(_by_id(raw, found))
    except OSError as error:
        return f"it cannot be kept on this machine: {error}"
    return found


def _undecoded(body: bytes) -> list[msgspec.Raw] | None:
    """The records unchanged; None for a file that is not plainly an array, or an object with one."""
    try:
        if body.lstrip()[:1] == b"[":
            return _records.decode(body)
        lists = [each for each in _members.decode(body).values() if bytes(each[:1]) == b"["]
        return _records.decode(lists[0]) if len(lists) == 1 else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError):
        return None


_records = msgspec.json.Decoder(list[msgspec.Raw])
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _by_id(raw: Iterable[msgspec.Raw], found: Parts) -> Iterator[tuple[str, bytes]]:
    for number, each in enumerate(raw, 1):
        text = bytes(each)
        try:
            record = read(text)
        except Unreadable as error:
            found.bad.append(BadRow(f"record {number}", str(error)))
            continue
        id = found.id_of(number, record)
        if id:
            yield id, text
