"""Rows of a view, page by page: keyset paging in browse syntax, which has no parentheses. Source: contract section 16."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tidegate_agent.sage300 import names
from tidegate_agent.sage300.refusal import Refused
from tidegate_agent.sage300.session import Session

MOST = 1000  #: rows of one answer
_TERM = re.compile(r'\s*[A-Z][A-Z0-9]*\s*(?:=|!=|>=|<=|>|<)\s*(?:"(?:[^"]|"")*"|-?\d+(?:\.\d+)?)\s*')
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_WORDS = re.compile(r'((?:[^"]|"(?:[^"]|"")*")*?)(?:\b(AND|OR)\b|$)')


@dataclass(frozen=True)
class Page:
    """Rows, and what to ask for the next ones with."""

    rows: list[dict[str, str]]
    after: (
        str | None
    )  #: None: that was all, or rows in another sequence than the key's, which have no next page
    is_complete: bool


def read(
    session: Session, view: str, wanted: Sequence[str], where: str, *, index: int, after: str, limit: int
) -> Page:
    """One page of a view that stands on the list. Refused ``auth`` for another, ``format`` for a filter or place."""
    known = names.VIEWS.get(view)
    if known is None:
        raise Refused("auth", f"the view {view} is not on the list", view)
    key = known.key
    if after and index:
        raise Refused("format", "'after' goes on in the sequence of the key: leave 'index' out", view)
    last = _opened(after, known, view)
    checked(where, view)
    narrowed = beyond(where, last, known) if last else where
    found: list[dict[str, str]] = []
    shown: list[str] = []
    with session.view(view) as opened:
        if index:
            session.worker.put(opened.ref, "Order", index)
        for row in opened.browse(narrowed, (*key, *wanted)):
            if len(found) == limit:
                return Page(found, None if index else json.dumps(shown), False)
            shown = [row[name] for name in key]
            found.append({name: row[name] for name in wanted})
    return Page(found, None, True)


def checked(where: str, view: str) -> str:
    """A filter as it came, if it is one: terms joined by AND and OR, nothing else."""
    for part in _parts(where) if where else ():
        if not _TERM.fullmatch(part):
            raise Refused("format", f"the filter cannot be read: {where}", view)
    return where


def beyond(where: str, last: Sequence[str], known: names.ViewName) -> str:
    """The same filter, for what comes behind a place: each alternative once for every column of the key.

    Behind (a, b) is ``K1 > a``, or ``K1 = a`` and ``K2 > b``; a filter has no parentheses to say so in one term.
    """
    behind = [
        [*(_term(name, "=", value, known) for name, value in before), _term(*here, known)]
        for before, here in (
            (list(zip(known.key[:at], last[:at], strict=True)), (known.key[at], ">", last[at]))
            for at in range(len(known.key))
        )
    ]
    alternatives: list[list[str]] = [[]]
    for part, word in _joined(where) if where else ():
        alternatives[-1].append(part.strip())
        if word == "OR":
            alternatives.append([])
    return " OR ".join(" AND ".join((*each, *place)) for each in alternatives for place in behind)


def _term(column: str, operator: str, value: str, known: names.ViewName) -> str:
    quoted = '"' + value.replace('"', '""') + '"'
    return f"{column} {operator} {value if column in known.numbers else quoted}"


def _joined(where: str) -> list[tuple[str, str]]:
    """The terms, each with the word that follows it; words within quotes are part of a text."""
    found: list[tuple[str, str]] = []
    rest = where
    while rest:
        match = _WORDS.match(rest)
        if match is None:
            return [*found, (rest, "")]
        found.append((match[1], match[2] or ""))
        rest = rest[match.end() :]
        if not match[2]:
            break
    return found


def _parts(where: str) -> list[str]:
    return [part for part, _ in _joined(where)]


def _opened(after: str, known: names.ViewName, view: str) -> list[str]:
    if not after:
        return []
    try:
        found = json.loads(after)
    except ValueError:
        found = None
    if not isinstance(found, list) or [type(one) for one in found] != [str] * len(known.key):
        raise Refused("format", "'after' is not one of ours", view)
    if any(
        name in known.numbers and not _NUMBER.fullmatch(text)
        for name, text in zip(known.key, found, strict=True)
    ):
        raise Refused("format", "'after' is not one of ours", view)
    return found
