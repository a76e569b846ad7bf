"""A login of the company's database that reads and does nothing else: a view of the same kernel (contract §1, §19.3).

It answers as a driver of the Python database API does. Tables lie in the schema ``dbo``; whatever is no SELECT is refused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from tidegate_sandbox.sage300.database import Database
from tidegate_sandbox.sage300.views import View

TABLES = {
    "OE0520": "OEORDH",
    "OE0500": "OEORDD",
    "OE0501": "OEORDDO",
    "OE0692": "OESHIH",
    "OE0691": "OESHID",
    "OE0420": "OEINVH",
    "OE0400": "OEINVD",
    "IC0290": "ICILOC",
    "IC0480": "ICPRIC",
    "IC0482": "ICPRICP",
    "IC0274": "ICCUPR",
}


NUMBERS = {"ORDUNIQ", "SHIUNIQ", "INVUNIQ", "SHIDATE", "INVDATE"}  #: columns that are compared as numbers


class SqlError(Exception):
    """What a driver raises: SQLSTATE and text."""


class SqlLogin:
    """Connections of one login. ``may_write``: it was given more rights than it needs; ``refused``: SQLSTATE and text."""

    def __init__(self, database: Database, views: Mapping[str, View]) -> None:
        self._database = database
        self._views = views
        self.may_write = False
        self.refused: tuple[str, str] | None = None
        self.statements: list[str] = []

    def connect(self, _text: str, _timeout: float) -> Connection:
        """A new connection. SqlError while the login is refused."""
        if self.refused is not None:
            raise SqlError(*self.refused)
        return Connection(self)

    def answer(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """The rows of a statement, as the tables are at this moment."""
        self.statements.append(statement)
        if self.refused is not None:
            raise SqlError(*self.refused)
        if not statement.upper().startswith("SELECT "):
            raise SqlError("42000", "The permission was denied on the object.")
        books = sqlite3.connect(":memory:")
        try:
            books.execute("ATTACH ':memory:' AS dbo")
            books.create_function("HAS_PERMS_BY_NAME", 3, lambda *_: int(self.may_write))
            with self._database.working(writes=False):
                for name, table in TABLES.items():
                    if f"dbo.{table} " in f"{statement} " and name in self._views:
                        self._fill(books, table, self._views[name])
            return list(books.execute(statement, values))
        except sqlite3.OperationalError as error:
            raise SqlError("42S02", f"Invalid object or column name: {error}") from None
        finally:
            books.close()

    @staticmethod
    def _fill(books: sqlite3.Connection, table: str, view: View) -> None:
        columns = ", ".join(f'"{name}"{" NUMERIC" if name in NUMBERS else ""}' for name in view.fields)
        books.execute(f"CREATE TABLE dbo.{table} ({columns})")
        places = ", ".join("?" * len(view.fields))
        rows = [[row[name] for name in view.fields] for row in view.rows()]
        books.executemany(f"INSERT INTO dbo.{table} VALUES ({places})", rows)  # noqa: S608 - names of our own


class Connection:
    """One connection, and its own cursor."""

    def __init__(self, login: SqlLogin) -> None:
        self._login = login
        self._rows: list[tuple[Any, ...]] = []
        self.closed = False

    def cursor(self) -> Connection:
        """Itself: one statement runs at a time."""
        return self

    def execute(self, statement: str, *values: Any) -> None:
        """Run a statement."""
        self._rows = self._login.answer(statement, values)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Its rows."""
        return self._rows

    def close(self) -> None:
        """Nothing is held."""
        self.closed = True
