"""Reading tables: one table a statement, columns named, in the dialect of the edition (contract section 6).

Nothing of a statement comes from outside but values, and those are quoted here.

SQL Server lets a reader wait for whatever a posting holds, unless the database reads snapshots. Whole reads then read
past it (`WITH (NOLOCK)`): they may see what is taken back again, and are read again anyway. Nothing else does so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from tidegate_agent.caller import Tables, TablesFailed

Row = dict[str, Any]
Sign = Literal["=", "<>", "<", ">", "<=", ">=", "IN"]
Literal_ = str | int | Decimal | date
NO_DATE = date(1753, 1, 1)
SYSTEM_TABLES = frozenset({"SY_Company", "SY_Console"})  #: in Premium these have a database of their own
SNAPSHOT = "is_read_committed_snapshot_on"


class Where(NamedTuple):
    """A condition; IN takes a list of values."""

    column: str
    sign: Sign
    value: Literal_ | Sequence[Literal_]


class AnyOf(NamedTuple):
    """Conditions of which one holds."""

    parts: tuple[Condition, ...]


class AllOf(NamedTuple):
    """Conditions that all hold."""

    parts: tuple[Condition, ...]


Condition = Where | AnyOf | AllOf


def beyond(key: Sequence[str], last: Sequence[Literal_]) -> Condition:
    """Rows after the one with this key, in the order of the key."""
    choices: list[Condition] = []
    for place, column in enumerate(key):
        same = [Where(name, "=", value) for name, value in zip(key[:place], last[:place], strict=True)]
        choices.append(AllOf((*same, Where(column, ">", last[place]))))
    return choices[0] if len(choices) == 1 else AnyOf(tuple(choices))


class Reader:
    """Statements for one company's tables. ``kind``: odbc (ProvideX) or sql (Premium); ``company``: its code."""

    def __init__(self, tables: Tables, kind: str, company: str) -> None:
        self._tables = tables
        self._is_sql = kind == "sql"
        self._company = company
        self._snapshots: bool | None = None

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
        """The rows: text trimmed, the date that stands for none as None. TablesFailed when it cannot be read.

        ``whole``: a read of everything, which is made again and again, and need not wait for a posting.
        """
        parts = ["SELECT"]
        if top is not None:
            parts.append(f"TOP {top}")
        parts += [", ".join(columns), "FROM", self._named(table)]
        if whole and self._is_sql and not self._reads_snapshots():
            parts.append("WITH (NOLOCK)")
        if where:
            parts += ["WHERE", " AND ".join(self._condition(one) for one in where)]
        if order:
            parts += ["ORDER BY", ", ".join(order)]
        return [
            {name: _clean(value) for name, value in row.items()}
            for row in self._tables.fetch(" ".join(parts))
        ]

    def widths(self, table: str, columns: Sequence[str]) -> dict[str, int]:
        """How many characters these columns hold here; those that the source says nothing of are not named."""
        try:
            parts = ["SELECT", "TOP 1", ", ".join(columns), "FROM", self._named(table)]
            found = self._tables.widths(" ".join(parts))
        except TablesFailed:
            return {}
        return {name: found[name] for name in columns if name in found}

    def _named(self, table: str) -> str:
        if not self._is_sql:
            return table
        return f"MAS_SYSTEM.dbo.{table}" if table in SYSTEM_TABLES else f"dbo.{table}"

    def _reads_snapshots(self) -> bool:
        """Asked once; a login that may not see it reads as if there were none."""
        if self._snapshots is None:
            database = Where("name", "=", f"MAS_{self._company}")
            parts = ["SELECT", SNAPSHOT, "FROM", "sys.databases", "WHERE", self._condition(database)]
            try:
                rows = self._tables.fetch(" ".join(parts))
            except TablesFailed:
                return False
            self._snapshots = any(bool(row[SNAPSHOT]) for row in rows)
        return self._snapshots

    def _condition(self, where: Condition) -> str:
        if isinstance(where, AnyOf | AllOf):
            sign = " OR " if isinstance(where, AnyOf) else " AND "
            return "(" + sign.join(self._condition(one) for one in where.parts) + ")"
        if where.sign == "IN":
            assert not isinstance(where.value, str | int | Decimal | date)  # noqa: S101 - IN takes a list
            return f"{where.column} IN ({', '.join(self._literal(one) for one in where.value)})"
        assert isinstance(where.value, str | int | Decimal | date)  # noqa: S101 - the others take one
        return f"{where.column} {where.sign} {self._literal(where.value)}"

    def _literal(self, value: Literal_) -> str:
        if isinstance(value, date):
            return f"'{value:%Y%m%d}'" if self._is_sql else f"{{d '{value.isoformat()}'}}"
        if isinstance(value, int | Decimal):
            return str(value)
        if not value.isprintable():
            raise TablesFailed(f"a value with control characters cannot be looked up: {value!r}")
        return "'" + value.replace("'", "''") + "'"


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.rstrip()
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return None if value <= NO_DATE else value
    return value
