"""The tables of Sage 300's database, read by a login that may do nothing else. Source: contract §1, `tables.json`.

Statements name their columns and one table; values are parameters. Numbers become texts as the database has them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from tidegate.domain.errors import Code, Failure
from tidegate.redaction import redact
from tidegate.sage.sage300.tables import Columns, Least, Only

SCHEMA = "dbo"
MOST_VALUES = 500  #: the most of one statement; SQL Server takes 2100
MAY_WRITE = "SELECT HAS_PERMS_BY_NAME('dbo.OEORDH', 'OBJECT', 'UPDATE')"
SIGN_IN, RIGHTS, ABSENT = ("28000", "28"), ("42000",), ("42S02", "42S22")  #: SQLSTATE of ODBC


class Connection(Protocol):
    """What a driver of the Python database API opens."""

    def cursor(self) -> Any: ...
    def close(self) -> None: ...


Connect = Callable[[str, float], Connection]


def by_odbc(text: str, timeout: float) -> Connection:
    """A connection by ODBC, which is an extra of the package: `pip install tidegate[sql]`. ImportError without it."""
    import pyodbc

    opened: Connection = pyodbc.connect(text, timeout=int(timeout), autocommit=True, readonly=True)
    return opened


connect: Connect = by_odbc  #: how connections are opened


class SqlTables:
    """Reads tables over one connection, and makes a new one after it broke."""

    def __init__(self, text: str, timeout: float) -> None:
        """`text`: the driver's connection string, a secret."""
        self._text = text
        self._timeout = timeout
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    def read(
        self, table: str, columns: Sequence[str], only: Only | None = None, least: Least | None = None
    ) -> list[Columns] | Failure:
        """See :class:`tidegate.sage.sage300.tables.Tables`."""
        if only and len(only) > 1:
            raise ValueError("one column narrows")
        listed = f"SELECT {', '.join(columns)} FROM {SCHEMA}.{table}"  # noqa: S608 - names of our own
        if least:
            terms = " OR ".join(f"{name} >= ?" for name in least)
            return self._rows(f"{listed} WHERE {terms}", columns, list(least.values()))
        if not only:
            return self._rows(listed, columns, ())
        [(name, values)] = only.items()
        found: list[Columns] = []
        for start in range(0, len(values), MOST_VALUES):
            part = list(values[start : start + MOST_VALUES])
            rows = self._rows(f"{listed} WHERE {name} IN ({', '.join('?' * len(part))})", columns, part)
            if isinstance(rows, Failure):
                return rows
            found += rows
        return found

    def true_at(self, _table: str) -> None:
        """Just now."""

    def may_write(self) -> bool | Failure:
        """Whether the login could change an order: then it is not the one that we want."""
        rows = self._rows(MAY_WRITE, ("may",), ())
        return rows if isinstance(rows, Failure) else any(row["may"] == "1" for row in rows)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(Exception):  # it is broken, or was never whole
                self._connection.close()
        self._connection = None

    def _rows(self, statement: str, columns: Sequence[str], values: Sequence[Any]) -> list[Columns] | Failure:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = connect(self._text, self._timeout)
                cursor = self._connection.cursor()
                cursor.execute(statement, *values)
                rows = cursor.fetchall()
                cursor.close()
            except ImportError:
                text = "no ODBC driver for Python: install tidegate[sql]"
                return Failure(Code.UNREACHABLE, text, sent=False)
            except Exception as error:  # every driver has its own classes
                self._drop()
                return _refused(error)
        return [{name: _text(value) for name, value in zip(columns, row, strict=True)} for row in rows]


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _refused(error: Exception) -> Failure:
    state = str(error.args[0]) if error.args else ""
    said = redact(" ".join(str(one) for one in error.args))[:300]
    if state.startswith(SIGN_IN):
        return Failure(Code.NOT_AUTHENTICATED, f"the database refuses the login: {said}", sent=False)
    if state in RIGHTS:
        return Failure(Code.NOT_PERMITTED, f"the login may not read this: {said}", sent=False)
    if state in ABSENT:
        return Failure(Code.UNKNOWN_ENDPOINT, f"the database has no such table or column: {said}", sent=False)
    return Failure(Code.SERVER_TROUBLE, f"the database cannot be read: {said}", sent=False)
