"""Rows of a view, page by page: keyset paging in browse syntax, which has no parentheses. Source: contract section 16."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tidegate_agent.sage300 import names
from tidegate_agent.sage300.refusal import Refused
from tidegate_agent.sage300.session import Session

MOST = 1000  #: rows of one answer
_TERM = re.compile(r'\s*[A-Z][A-Z0-9]*\s*(?:=|!=|>=|<=|>|<)\s*(?:"(?:[^"]|"")*"|-?\d+(?:\.\d+)?)\s*')
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_WORDS = re.compile(r'((?:[^"]|"(?:[^"]|"")*")*?)(?:\b(AND|OR)\b|$)')


@dataclass(frozen=True)
class Page:
    """Rows, and what to ask for the next ones with; None: that was all."""

    rows: list[dict[str, str]]
    after: str | None


def read(
    session: Session, view: str, wanted: Sequence[str], where: str, *, index: int, after: str, limit: int
) -> Page:
    """One page of a view that stands on the list. Refused ``auth`` for another, ``format`` for a filter or place."""
    known = names.VIEWS.get(view)
    if known is None:
        raise Refused("auth", f"the view {view} is not on the list", view)
    key = known.key
    last = _opened(after, known, view)
    narrowed = beyond(where, key[0], last[0], known.numbers) if last else checked(where, view)
    found: list[dict[str, str]] = []
    shown: list[str] = []
    with session.view(view) as opened:
        if index:
            session.worker.put(opened.ref, "Order", index)
        for row in opened.browse(narrowed, (*key, *wanted)):
            place = [row[name] for name in key]
            if last and place[0] == last[0] and _upto(place, last, known):
                continue
            if len(found) == limit:
                return Page(found, json.dumps(shown))
            shown = place
            found.append({name: row[name] for name in wanted})
    return Page(found, None)


def checked(where: str, view: str) -> str:
    """A filter as it came, if it is one: terms joined by AND and OR, nothing else."""
    for part in _parts(where) if where else ():
        if not _TERM.fullmatch(part):
            raise Refused("format", f"the filter cannot be read: {where}", view)
    return where


def beyond(where: str, column: str, value: str, numbers: frozenset[str]) -> str:
    """The same filter, from a value of the first column of the key on."""
    quoted = '"' + value.replace('"', '""') + '"'
    term = f"{column} >= {value if column in numbers else quoted}"
    if not where:
        return term
    alternatives: list[list[str]] = [[]]
    for part, word in _joined(where):
        alternatives[-1].append(part.strip())
        if word == "OR":
            alternatives.append([])
    return " OR ".join(" AND ".join((*each, term)) for each in alternatives)


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


def _upto(place: Sequence[str], last: Sequence[str], known: names.ViewName) -> bool:
    """Whether a row stands no further than the last one that was answered, within the same first column."""
    return _sorted(place, known) <= _sorted(last, known)


def _sorted(place: Sequence[str], known: names.ViewName) -> list[Decimal | str]:
    """A place as the view sorts it: by what numbers are worth, by the characters of texts."""
    return [
        Decimal(text) if name in known.numbers else text for name, text in zip(known.key, place, strict=True)
    ]


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
