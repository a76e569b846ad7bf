"""A SELECT as the ProvideX driver takes it, or SQL Server where the edition is Premium: what it cannot do is refused.

Contract section 6.1: one statement, a plain list of columns, WHERE with comparisons, AND, OR, LIKE, IN (list),
BETWEEN, IS NULL, ORDER BY, TOP n, DISTINCT. No UNION, LIMIT, CTE, window function, bracket, semicolon; a date is
``{d '2026-03-02'}``, and a table has no schema. Section 6.2: in Premium it has one (`dbo`), a date may be text, and
``WITH (NOLOCK)`` reads past what a posting holds.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.schema import Column
from tidegate_sandbox.sage100.tables import columns, rows

Row = dict[str, Any]
Test = Callable[["_View"], bool]
_TOKEN = re.compile(
    r"\{d\s+'(?P<day>[0-9-]+)'\}|(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_.]*)|(?P<sign><>|<=|>=|[=<>(),*])|(?P<space>\s+)|(?P<other>.)"
)
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_FORBIDDEN = {"union", "limit", "offset", "over", "insert", "update", "delete", "drop", "exec"}
EMPTY_DAY = datetime(1753, 1, 1)  # noqa: DTZ001 - a column has no zone
SCHEMA, SYSTEM, DATABASES = "dbo.", "MAS_SYSTEM.dbo.", "sys.databases"
SYSTEM_TABLES = ("SY_Company", "SY_Console")
SNAPSHOT = "is_read_committed_snapshot_on"


class OdbcError(Exception):
    """As a driver raises it: (SQLSTATE, text)."""


def _refused(state: str, text: str, *, premium: bool) -> OdbcError:
    return OdbcError(state, f"[{'SQL Server' if premium else 'ProvideX'}] {text}")


def fetch(installation: Installation, company: str, statement: str) -> list[Row]:
    """The rows of a statement."""
    premium = installation.options.edition == "premium"
    if installation.tables_down:
        text = "Unable to open the data source."
        raise _refused(installation.tables_down, text, premium=premium)
    found = installation.companies.get(company)
    if found is None:
        raise _refused("28000", "Invalid company or user.", premium=premium)
    select = _parsed(statement, premium)
    if premium and select.table == DATABASES:
        return [{SNAPSHOT: installation.options.snapshot}]
    table = _table(select, premium=premium)
    known = columns(found, table)
    if known is None:
        raise _refused("S0002", f"Base table not found: {table}", premium=premium)
    for name in select.names():
        if name.lower() not in known:
            raise _refused("S0022", f"Column not found: {name}", premium=premium)
    for name, value in select.compared:
        if not premium and known[name.lower()].kind == "d" and not isinstance(value, date):
            raise _refused("22005", f"{name} is a date: {{d 'yyyy-mm-dd'}}", premium=premium)
    if table in installation.held_tables and premium and not (installation.options.snapshot or select.dirty):
        raise _refused("HYT00", "Query timeout expired", premium=premium)
    is_console = table.lower() == "sy_console"
    every = _console(installation, company) if is_console else rows(found, table)
    chosen = [row for row in (_View(raw, known) for raw in every) if select.where(row)]
    for name, descending in reversed(select.order):
        chosen.sort(key=lambda row: row[name.lower()], reverse=descending)
    chosen_columns = [(name.lower(), known[name.lower()]) for name in select.columns]
    shown = [
        {one.name: _shown(row[key], one, premium) for key, one in chosen_columns}
        for row in chosen[: select.top]
    ]
    if not select.distinct:
        return shown
    return [dict(one) for one in dict.fromkeys(tuple(row.items()) for row in shown)]


def widths(installation: Installation, company: str, statement: str) -> dict[str, int]:
    """How many characters the text columns of a statement hold."""
    fetch(installation, company, statement)
    select = _parsed(statement, installation.options.edition == "premium")
    known = columns(installation.companies[company], select.table.rpartition(".")[2]) or {}
    found = [known[name.lower()] for name in select.columns]
    return {one.name: one.width for one in found if one.kind == "s"}


def _table(select: _Select, *, premium: bool) -> str:
    """The table's own name. In Premium it has its schema, and system tables a database of their own; elsewhere neither."""
    name = select.table.rpartition(".")[2]
    place = ""
    if premium:
        place = SYSTEM if name in SYSTEM_TABLES else SCHEMA
    if select.table != f"{place}{name}":
        raise _refused("S0002", f"Invalid object name: {select.table}", premium=premium)
    return name


def _console(installation: Installation, company: str) -> list[Row]:
    """Who holds a seat: the Master Console's table, in the system database."""
    return [
        {
            "WorkstationName": "HOST",
            "SessionCounter": f"{number:03d}",
            "TaskKey": "",
            "UserKey": holder,
            "ModuleCode": "",
            "ProgramName": "",
            "CompanyCode": company,
            "CompanyKey": "",
            "SessionPID": Decimal(process),
        }
        for number, (process, holder) in enumerate(
            [*installation.licence.sessions(), *installation.stale_rows], 1
        )
    ]


class _View:
    """A row by its columns in lower case; what it does not have is empty."""

    def __init__(self, raw: Row, known: dict[str, Column]) -> None:
        self._raw = raw
        self._known = known

    def __getitem__(self, name: str) -> Any:
        column = self._known[name]
        found = self._raw.get(column.name)
        return column.empty if found is None else found


def _shown(value: Any, column: Column, premium: bool) -> Any:
    """Text padded with blanks by ProvideX; an empty date is 1753-01-01 in Premium."""
    if column.kind == "d":
        day = _day(value)
        if not premium:
            return day
        return EMPTY_DAY if day is None else datetime(day.year, day.month, day.day)  # noqa: DTZ001 - as above
    if column.kind == "n":
        return value if value is not None else Decimal(0)
    text = str(value or "")
    return text if premium or column.kind == "t" else text.ljust(column.width)


def _day(value: Any) -> date | None:
    if isinstance(value, date) or value is None:
        return value
    text = str(value).replace("-", "")
    return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if len(text) == 8 else None


def _tokens(statement: str, *, premium: bool) -> Iterator[tuple[str, Any]]:
    for match in _TOKEN.finditer(statement):
        kind = match.lastgroup or ""
        text = match.group(kind)
        if kind == "other":
            raise _refused("37000", f"Syntax error at {text!r}", premium=premium)
        if kind == "word" and text.lower() in _FORBIDDEN:
            raise _refused("37000", f"Unexpected {text.upper()}", premium=premium)
        if kind == "text":
            yield "value", text[1:-1].replace("''", "'")
        elif kind == "number":
            yield "value", Decimal(text)
        elif kind == "day":
            yield "value", date.fromisoformat(text)
        elif kind != "space":
            yield kind, text


class _Select:
    """A parsed statement."""

    def __init__(self, statement: str, *, premium: bool) -> None:
        self._premium = premium
        self._tokens = list(_tokens(statement, premium=premium))
        self._at = 0
        self.compared: list[tuple[str, Any]] = []  #: columns, and the values that they are compared with
        self.top: int | None = None
        self._word("SELECT")
        self.distinct = self._maybe("DISTINCT")
        if self._maybe("TOP"):
            self.top = int(self._value())
        self.columns = self._list()
        self._word("FROM")
        self.table = self._name()
        self.dirty = premium and self._dirty()
        self.where: Test = self._any() if self._maybe("WHERE") else lambda row: True
        self.order = self._ordering() if self._maybe("ORDER") else []
        if self._at != len(self._tokens):
            raise self._error(f"Unexpected {self._tokens[self._at][1]}")

    def names(self) -> Iterable[str]:
        return [*self.columns, *(name for name, _ in self.compared), *(name for name, _ in self.order)]

    def _dirty(self) -> bool:
        if not self._maybe("WITH"):
            return False
        for text in ("(", "NOLOCK", ")"):
            self._word(text)
        return True

    def _error(self, text: str) -> OdbcError:
        return _refused("37000", text, premium=self._premium)

    # Tokens

    def _peek(self) -> tuple[str, Any]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "the end")

    def _next(self) -> tuple[str, Any]:
        found = self._peek()
        self._at += 1
        return found

    def _maybe(self, text: str) -> bool:
        kind, found = self._peek()
        if kind in ("word", "sign") and found.upper() == text:
            self._at += 1
            return True
        return False

    def _word(self, text: str) -> None:
        if not self._maybe(text):
            raise self._error(f"Expected {text} before {self._peek()[1]}")

    def _name(self) -> str:
        kind, text = self._next()
        if kind != "word":
            raise self._error(f"Expected a name, found {text}")
        return str(text)

    def _value(self) -> Any:
        kind, value = self._next()
        if kind != "value":
            raise self._error(f"Expected a value, found {value}")
        return value

    def _list(self) -> list[str]:
        found = [self._name()]
        while self._maybe(","):
            found.append(self._name())
        return found

    def _ordering(self) -> list[tuple[str, bool]]:
        self._word("BY")
        found = []
        while True:
            name = self._name()
            descending = self._maybe("DESC")
            if not descending:
                self._maybe("ASC")
            found.append((name, descending))
            if not self._maybe(","):
                return found

    # Conditions

    def _any(self) -> Test:
        tests = [self._all()]
        while self._maybe("OR"):
            tests.append(self._all())
        if len(tests) == 1:
            return tests[0]
        return lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._maybe("AND"):
            tests.append(self._one())
        if len(tests) == 1:
            return tests[0]
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._maybe("("):
            inner = self._any()
            self._word(")")
            return inner
        name = self._name()
        key = name.lower()
        if self._maybe("IN"):
            return self._in(name)
        if self._maybe("LIKE"):
            pattern = _like(str(self._compared(name)))
            return lambda row: pattern.fullmatch(str(row[key] or "")) is not None
        if self._maybe("BETWEEN"):
            low = _comparison(">=", self._compared(name))
            self._word("AND")
            high = _comparison("<=", self._compared(name))
            return lambda row: low(row[key]) and high(row[key])
        _, sign = self._next()
        if sign not in _SIGNS:
            raise self._error(f"Unexpected {sign}")
        holds = _comparison(sign, self._compared(name))
        return lambda row: holds(row[key])

    def _in(self, name: str) -> Test:
        self._word("(")
        tests = [_comparison("=", self._compared(name))]
        while self._maybe(","):
            tests.append(_comparison("=", self._compared(name)))
        self._word(")")
        key = name.lower()

        def among(row: _View) -> bool:
            found = row[key]
            return any(test(found) for test in tests)

        return among

    def _compared(self, name: str) -> Any:
        value = self._value()
        self.compared.append((name, value))
        return value


def _like(pattern: str) -> re.Pattern[str]:
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(char, re.escape(char)) for char in pattern), re.DOTALL)


def _comparison(sign: str, value: Any) -> Callable[[Any], bool]:
    """A comparison with a value of the statement, as the value's kind has it."""
    holds = _SIGNS[sign]
    if isinstance(value, date):
        return lambda found: _by_day(found, sign, value)
    if isinstance(value, Decimal):
        return lambda found: holds(found if isinstance(found, Decimal) else Decimal(str(found or 0)), value)
    wanted = value.rstrip()

    def compared(found: Any) -> bool:
        if isinstance(found, date):
            day = _day(value)
            if day is None:
                text = "Conversion failed when converting date and/or time from character string."
                raise _refused("22007", text, premium=True)  # ProvideX has refused it before any row
            return _by_day(found, sign, day)
        return holds((found if isinstance(found, str) else str(found or "")).rstrip(), wanted)

    return compared


def _by_day(found: Any, sign: str, value: Any) -> bool:
    day = _day(found)
    return sign in ("<", "<=", "<>") if day is None else _SIGNS[sign](day, value)


@lru_cache(maxsize=512)  # most are asked again and again
def _parsed(statement: str, premium: bool) -> _Select:
    return _Select(statement, premium=premium)
