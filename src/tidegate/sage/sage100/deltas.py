"""What changed in a dataset since it was read last.

Source: contract §6.3. The agent asks by stamp, less an overlap; what the overlap repeats unchanged is recognised by a
digest of each row, and not reported again. Deletions leave no trace; the full read of every night shows them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from tidegate.domain.errors import Failure
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.rows import Row

MOST_SEEN = 2000  #: rows of an overlap that are remembered; of more, all are reported again
MOST_PARKED = 200  #: unreadable rows that are reported again whatever their digest


class _Position(msgspec.Struct, frozen=True, omit_defaults=True):
    high: str
    seen: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that are new or changed; `full`: all of them were read."""

    rows: list[Row]
    full: bool
    _position: _Position

    def parking(self, names: Iterable[str]) -> str:
        """The cursor; rows of these names are reported again."""
        left = set(list(names)[:MOST_PARKED])
        seen = {name: digest for name, digest in self._position.seen.items() if name not in left}
        return msgspec.json.encode(_Position(self._position.high, seen)).decode()


def changes(
    client: Sage100Client,
    dataset: str,
    columns: Sequence[str],
    name: Callable[[Row], str],
    since: str | None,
    first: str = "",
) -> Changes | Failure:
    """Rows since the cursor; None, or a cursor that cannot be read: all, or since the time `first`."""
    before = _position(since)
    read = client.rows(dataset, columns, since=before.high if before else first)
    if isinstance(read, Failure):
        return read
    rows, high = read
    digests = {name(row): _digest(row) for row in rows}
    recent = {name(row) for row in rows if _stamp(row) >= high[:10]}
    seen = {one: digests[one] for one in recent} if len(recent) <= MOST_SEEN else {}
    if before is None:
        return Changes(rows, True, _Position(high, seen))
    news = [row for row in rows if before.seen.get(name(row)) != digests[name(row)]]
    return Changes(news, False, _Position(high, seen))


def _position(since: str | None) -> _Position | None:
    if not since:
        return None
    try:
        found = msgspec.json.decode(since, type=_Position)
    except msgspec.MsgspecError:
        return None
    return found if found.high else None


def _stamp(row: Row) -> str:
    """The day of a row's last change, in the server's zone; "9" where it states none."""
    updated = row.get("updated")
    return str(updated.get("date") or "9") if isinstance(updated, dict) else "9"


def _digest(row: Row) -> str:
    return hashlib.sha256(msgspec.json.encode(row, order="deterministic")).hexdigest()[:16]
