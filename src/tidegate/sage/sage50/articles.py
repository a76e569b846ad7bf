"""The products file as its readers need it: articles by reference, those that cannot be read, those held back.

Source: contract §7, §10, §12. An article is known by its `reference`, else by its id. One file serves stock, prices
and products; each of their cursors is the checksum of the file that it was read from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable
from tidegate.sage.sage50 import wire_names
from tidegate.sage.sage50.fields import Record, each, name_of, text_of
from tidegate.sage.sage50.removals import Removals
from tidegate.sage.sage50.scope_files import BROKEN, ScopeFile, ScopeFiles

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Read:
    """One reading of a scope's file: its records, what is wrong with others, and the cursor."""

    records: Collection[Record]  #: decoded whenever they are gone through
    bad: tuple[BadRow, ...]
    cursor: str
    new: bool  #: whether anything may differ from what the cursor before stood for
    as_of: datetime | None = None

    def rows(
        self,
        make: Callable[[Record], T],
        name: Callable[[Record], str],
        only: Callable[[Record], bool] = bool,
    ) -> tuple[tuple[T, ...], tuple[BadRow, ...]]:
        """What could be made of the records, or of `only` those, and all that could not be read."""
        made, bad = each(filter(only, self.records), make, name)
        return tuple(made), (*self.bad, *bad)


class Records:
    """The latest file of one scope, with the guard against mass removal."""

    def __init__(self, files: ScopeFiles, removals: Removals, scope: str) -> None:
        self._files = files
        self._removals = removals
        self._scope = scope

    def read(self, since: str | None) -> Read | Failure:
        """Everything, where the file is another one than `since` says; one call where it is not."""
        file = self._files.latest(self._scope)
        if isinstance(file, Failure):
            return file
        if file is None:
            return nothing_yet(self._scope)
        held = self._removals.held(file)
        cursor = f"{file.checksum}/{len(held)}"
        if cursor == since:
            return Read((), (), cursor, new=False, as_of=file.uploaded_at)
        why = self._removals.why(file, held) if held else ""
        bad = (*file.bad, *(BadRow(name, why) for name in held.values()))
        return Read(file.records.values(), bad, cursor, new=True, as_of=file.uploaded_at)

    def known(self) -> ScopeFile | Failure:
        """The file for look-ups: the last good one where a newer one is broken."""
        file = self._files.latest(self._scope)
        if isinstance(file, Failure):
            return (self._files.last_good(self._scope) if BROKEN in file.details else None) or file
        return file or nothing_yet(self._scope)


class Articles:
    """Articles by reference."""

    def __init__(self, files: ScopeFiles, removals: Removals) -> None:
        self.records = Records(files, removals, wire_names.PRODUCTS)

    def ids(self) -> Mapping[str, str] | Failure:
        """reference -> id of the articles that orders may name."""
        file = self.records.known()
        if isinstance(file, Failure):
            return file
        return {name: id for id, name in file.names.items()}


def sku_of(record: Record) -> str:
    """What the shop knows an article by."""
    return text_of(record, "reference") or text_of(record, "id")


def readable_sku(record: Record) -> str:
    """The same; Unreadable where a required text is missing (§10)."""
    name_of(record, "name")
    sku = sku_of(record)
    if not sku:
        raise Unreadable("Sage states none", "id")
    return sku


def nothing_yet(scope: str) -> Failure:
    """Sage 50 has not uploaded this scope since the consent: not an error, and nothing to work with."""
    text = f"Sage 50 has not sent its {scope} yet: it sends them when it runs next"
    return Failure(Code.LOCKED, text, sent=False)
