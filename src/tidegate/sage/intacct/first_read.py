"""The first read of streams that may hold years: in parts, by record numbers, and resumable.

A part is a number of pages. The cursor has the record that each stream has reached, and the stamp from which changes are
read when all streams are complete: the newest one when the first part was read. Whatever changes meanwhile has a newer
stamp and is read again then. Record numbers grow (A), so that new records come after the last part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tidegate.domain.errors import Code, Failure
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.deltas import STAMP, Changes, Position, behind, changes, parked_rows, positions
from tidegate.sage.intacct.queries import Query, behind_record, every
from tidegate.sage.intacct.rows import Row, moment_of, text_of

PAGES = 5  #: of each stream in one part
BEGINNING = "0"  #: before the first record


def in_parts_by_number(
    client: IntacctClient, queries: Sequence[Query], cursor: str | None
) -> Changes | Failure:
    """The next part of a first read, and what changed once it is through; `Changes.more` says which."""
    before = positions(cursor, len(queries))
    if cursor is None:
        begun = _begun(client, queries)
        if isinstance(begun, Failure):
            return begun
        before = begun
    elif not any(one.after for one in before):
        return changes(client, queries, cursor)
    under_way = [at for at, one in enumerate(before) if one.after]
    asked = [_behind(queries[at], before[at].after) for at in under_way]
    read = client.read_pages(asked, PAGES) if asked else []
    rows: list[list[Row]] = [[] for _ in queries]
    reached = list(before)
    for at, page in zip(under_way, read, strict=True):
        if isinstance(page, Failure):
            return page
        found, is_left = page
        last = text_of(found[-1], "RECORDNO") if found else BEGINNING
        if is_left and not last.isdigit():
            text = f"Intacct states no record number of {queries[at].object}, which is needed to read on"
            return Failure(Code.SERVER_TROUBLE, text, sent=False)
        again = parked_rows(client, queries[at], before[at], found)
        if isinstance(again, Failure):
            return again
        rows[at] = [*found, *again]
        if is_left or before[at].after != BEGINNING:
            reached[at] = replace(before[at], after=last if is_left else "")
        else:  # all of it at once: what was seen last is known, and is not reported again
            reached[at] = behind(found, Position(), queries[at].key)
    return Changes(tuple(rows), tuple(reached), full=False)


def _begun(client: IntacctClient, queries: Sequence[Query]) -> list[Position] | Failure:
    """Before the first part: the newest stamp of each stream. One without a row is through."""
    newest = client.read_firsts(
        [replace(one, fields=(one.key, STAMP), key=STAMP, descending=True) for one in queries]
    )
    begun = []
    for query, row in zip(queries, newest, strict=True):
        if isinstance(row, Failure):
            return row
        moment = None if row is None else moment_of(row, STAMP)
        if row is not None and moment is None:
            text = f"Intacct states no time of change of {query.object}"
            return Failure(Code.SERVER_TROUBLE, text, sent=False)
        begun.append(Position(moment, after=BEGINNING if row is not None else ""))
    return begun


def _behind(query: Query, record: str) -> Query:
    where = every(one for one in (query.where, behind_record(record)) if one is not None)
    return replace(query, fields=(query.key, *query.fields, STAMP), where=where)
