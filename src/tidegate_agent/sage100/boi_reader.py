"""Reading by business objects, for a site without a driver or login: slow, and each read takes a seat (contract section 1).

An object is found by its whole key or read from its first row to its last, narrowed by the first column of the key; what
else a question says is looked at here. Rows come in no certain sequence, so reading never stops at a row of somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tidegate_agent.caller import CallFailed, TablesFailed
from tidegate_agent.failure import Failure
from tidegate_agent.sage100 import names
from tidegate_agent.sage100.boi import Boi, Refused
from tidegate_agent.sage100.columns import COLUMNS, KEYS, kind_of
from tidegate_agent.sage100.conditions import chosen, columns_in, holds
from tidegate_agent.sage100.reader import NO_DATE, SYSTEM_TABLES, Condition, Reader, Row, Where
from tidegate_agent.sage100.session import Session

Lent = Callable[[str], AbstractContextManager[Session]]


class NotLent(TablesFailed):
    """No session could be had: ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.message} {failure.sage_text}".strip())
        self.failure = failure


class _NoTables:
    def fetch(self, statement: str) -> list[dict[str, object]]:
        raise TablesFailed("business objects take no statement")

    def widths(self, statement: str) -> dict[str, int]:
        return {}


class BoiReader(Reader):
    """The questions of `Reader`, answered by objects of one company. ``lent`` gives a session for a block."""

    def __init__(self, lent: Lent, company: str) -> None:
        super().__init__(_NoTables(), "boi", company)
        self._lent = lent
        self._code = company

    def widths(self, table: str, columns: Sequence[str]) -> dict[str, int]:
        """None is known."""
        return {}

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        where: Sequence[Condition] = (),
        *,
        order: Sequence[str] = (),
        top: int | None = None,
        whole: bool = False,
    ) -> list[Row]:
        """As `Reader.rows`; ``whole`` makes no difference. Failure ``auth`` where the role may not see the table."""
        if table in SYSTEM_TABLES:
            raise TablesFailed(f"no business object shows {table}")
        needed = tuple(dict.fromkeys((*columns, *order, *columns_in(where))))
        enough = top if not where and not order else None
        try:
            with self._lent(self._code) as session:
                found = self._found(session, table, needed, where, enough)
        except Failure as failure:
            if failure.kind == "auth":  # waiting does not help: somebody has to give the right
                raise
            raise NotLent(failure) from failure
        except Refused as refused:
            raise TablesFailed(f"{table}: {refused.text}") from refused
        return chosen(found, columns, order, top)

    def _found(
        self,
        session: Session,
        table: str,
        needed: Sequence[str],
        where: Sequence[Condition],
        enough: int | None,
    ) -> list[Row]:
        source = session.begin(names.reading(table))
        try:
            opened = _Object(source, table)
            opened.require(needed)
            rows = opened.traverse(needed, where)
            found = []
            for row in rows:
                if holds(row, where):
                    found.append(row)
                if enough is not None and len(found) >= enough:
                    break
        except CallFailed:
            raise  # such a session drops nothing any more
        except BaseException:
            with suppress(CallFailed):
                session.end(source)
            raise
        session.end(source)
        return found


class _Object:
    """One object that reads one table."""

    def __init__(self, boi: Boi, table: str) -> None:
        self._boi = boi
        self._table = table
        shown = boi.text_of("sGetColumns", "Main").split(names.SEPARATOR)
        self._columns = [name.removesuffix("$") for name in shown]

    def require(self, needed: Sequence[str]) -> None:
        """TablesFailed for a column that there is not."""
        missing = [name for name in needed if name not in self._columns]
        if missing:
            raise TablesFailed(f"42S22 {self._table} has no column {missing[0]}")

    def traverse(self, needed: Sequence[str], where: Sequence[Condition]) -> Iterator[Row]:
        """The rows that may meet the conditions."""
        equal = {
            one.column: one.value
            for one in where
            if isinstance(one, Where) and one.sign == "=" and isinstance(one.value, str)
        }
        key = KEYS[self._table]
        if all(equal.get(name) for name in key):
            yield from self._keyed(needed, [str(equal[name]) for name in key])
            return
        for prefix in _prefixes(key[0], where):
            yield from self._traversed(needed, prefix)

    def _keyed(self, needed: Sequence[str], values: Sequence[str]) -> Iterator[Row]:
        """`nFind` may stand on a neighbour: whoever asked compares the key."""
        for name, value in zip(KEYS[self._table], values, strict=True):
            self._boi.done("find", "nSetKeyValue", f"{name}$", value, field=name)
        if self._boi.code("nFind"):
            yield self._row(needed)

    def _traversed(self, needed: Sequence[str], prefix: str) -> Iterator[Row]:
        self._boi.done("browse", "nSetBrowseFilter", prefix)
        self._boi.code("nMoveFirst")
        while not self._boi.flag("nEOF"):
            yield self._row(needed)
            self._boi.code("nMoveNext")

    def _row(self, needed: Sequence[str]) -> Row:
        parts = self._boi.by_reference("record", "nGetRecord", strip=False).split(names.SEPARATOR)
        if len(parts) != len(self._columns):  # a text holds the separator: ask for each value
            parts = [self._boi.value(self._spelt(name)) for name in self._columns]
        shown = dict(zip(self._columns, parts, strict=True))
        return {name: self._value(name, shown[name]) for name in needed}

    def _spelt(self, column: str) -> str:
        return column if self._kind(column) == "n" else f"{column}$"

    def _kind(self, column: str) -> str:
        return kind_of(self._table, column) if column in COLUMNS[self._table] else "s"

    def _value(self, column: str, text: str) -> Any:
        kind = self._kind(column)
        if kind == "n":
            try:
                return Decimal(text.strip() or 0)
            except InvalidOperation:
                raise TablesFailed(f"{self._table}.{column} is no number: {text!r}") from None
        if kind == "d":
            day = datetime.strptime(text.strip(), "%Y%m%d").date() if text.strip() else NO_DATE  # noqa: DTZ007
            return None if day <= NO_DATE else day
        return text.rstrip()


def _prefixes(column: str, where: Sequence[Condition]) -> list[str]:
    """What the first column of the key may be, where a condition says it; "" for anything."""
    for one in where:
        if isinstance(one, Where) and one.column == column and one.sign in ("=", "IN"):
            values = [one.value] if one.sign == "=" else list(one.value)  # type: ignore[arg-type]
            if all(isinstance(value, str) and value for value in values):
                return list(dict.fromkeys(str(value) for value in values))
    return [""]
