# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""Many rows by one statement: what Django's ORM does row by row or with huge CASE expressions.

SQLite runs a prepared statement once a row, without any network in between; PostgreSQL takes each
column as one array. Values come from the ledger's own functions and have their columns' types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter, methodcaller
from typing import Any, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import DateField, DateTimeField, Field, Model

from tidegate.ledger.models.money import MoneyField

T = TypeVar("T")
Row = Sequence[Any]

#: What a plain statement is asked for.
_ONE, _ALL, _COUNT = methodcaller("fetchone"), methodcaller("fetchall"), attrgetter("rowcount")

CHUNK = 500  #: ids in one IN list, rows in one statement; far below what either database allows


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The items in slices."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def update(model: type[Model], columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Set `columns` of many rows, each to its own values; a row is (id, value, value, ...).

    Returns how many rows were there to change.
    """
    if not rows:
        return 0
    fields = _fields(model, ("id", *columns))
    names = [_column(field) for field in fields]
    table = _quoted(model._meta.db_table)
    if connection.vendor == "postgresql":
        assignments = ", ".join(f"{name} = new.{name}" for name in names[1:])
        return execute(
            f"UPDATE {table} SET {assignments} FROM unnest({_arrays(fields)}) AS new({', '.join(names)}) "
            f"WHERE {table}.id = new.id",
            *_by_column(fields, rows),
        )
    assignments = ", ".join(f"{name} = %s" for name in names[1:])
    return _repeat(
        f"UPDATE {table} SET {assignments} WHERE id = %s",
        [[*row[1:], row[0]] for row in _by_row(fields, rows)],
    )


def insert(model: type[Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert many rows whose ids are not needed."""
    if not rows:
        return
    fields = _fields(model, columns)
    if connection.vendor == "postgresql":
        execute(f"{_into(model, fields)} SELECT * FROM unnest({_arrays(fields)})", *_by_column(fields, rows))
    else:
        _repeat(f"{_into(model, fields)} VALUES {_marks(fields)}", _by_row(fields, rows))


def put(model: type[Model], columns: Sequence[str], rows: Sequence[Row], key: Sequence[str]) -> None:
    """Insert rows; those that a row with the same `key`, a unique constraint's columns, stands for replace it.

    No two of `rows` have the same key.
    """
    if not rows:
        return
    fields = _fields(model, columns)
    changed = [_column(field) for field in fields if field.name not in key]
    ending = (
        f"ON CONFLICT ({', '.join(map(_column, _fields(model, key)))}) "
        f"DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in changed)}"
    )
    if connection.vendor == "postgresql":
        beginning = f"{_into(model, fields)} SELECT * FROM unnest({_arrays(fields)})"
        execute(f"{beginning} {ending}", *_by_column(fields, rows))
    else:
        _repeat(f"{_into(model, fields)} VALUES {_marks(fields)} {ending}", _by_row(fields, rows))


def insert_new(
    model: type[Model], columns: Sequence[str], rows: Sequence[Row], returned: str
) -> dict[Any, int]:
    """Insert rows but those that a unique constraint forbids; returns {`returned` column: id} of the new."""
    fields = _fields(model, columns)
    (telling,) = _fields(model, (returned,))
    ending = f"ON CONFLICT DO NOTHING RETURNING {_column(telling)}, id"
    new: dict[Any, int] = {}
    if connection.vendor == "postgresql":
        names = ", ".join(map(_column, fields))
        for part in chunks(rows):
            # ORDER BY: ids are given in the order of the rows, so that the oldest document goes first
            new |= fetch_all(
                f"{_into(model, fields)} SELECT {names} "
                f"FROM unnest({_arrays(fields)}) WITH ORDINALITY AS new({names}, nth) ORDER BY nth {ending}",
                *_by_column(fields, part),
            )
        return new
    for part in chunks(rows, (connection.features.max_query_params or CHUNK) // len(fields)):
        marks = ", ".join([_marks(fields)] * len(part))
        values = [value for row in _by_row(fields, part) for value in row]
        new |= fetch_all(f"{_into(model, fields)} VALUES {marks} {ending}", *values)
    return new


def fetch_one(sql: str, *parameters: Any) -> tuple[Any, ...] | None:
    """The first row of a plain statement: for the few questions that every cycle asks many times.

    The ORM takes longer to write such a statement than the database to answer it.
    """
    row: tuple[Any, ...] | None = _asked(sql, parameters, _ONE)
    return row


def fetch_all(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """All rows of a plain statement, as `fetch_one`."""
    found: list[tuple[Any, ...]] = _asked(sql, parameters, _ALL)
    return found


def execute(sql: str, *parameters: Any) -> int:
    """Carry out a plain statement that gives no rows; how many it has changed."""
    return int(_asked(sql, parameters, _COUNT))


def _repeat(sql: str, rows: Sequence[Row]) -> int:
    """Carry it out once for each of these rows; how many it has changed."""
    return int(_asked(sql, rows, _COUNT, many=True))


def find(model: type[Model], columns: Sequence[str], ending: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """`columns` of the rows that `ending` (WHERE ... ORDER BY ...) names, as the model has them in Python."""
    beginning, special = _reading(model, tuple(columns))
    found = fetch_all(f"{beginning} {ending}", *parameters)
    if not special:
        return found
    rows = [list(row) for row in found]
    for row in rows:
        for place, back in special:
            row[place] = back(row[place])
    return [tuple(row) for row in rows]


def marks(values: Sequence[object]) -> str:
    """The marks of an IN list that is not empty: `%s, %s, %s`."""
    return ", ".join(["%s"] * len(values))


def instant(value: datetime) -> Any:
    """An instant as a parameter of a plain statement."""
    return connection.ops.adapt_datetimefield_value(value)


def aware(value: Any) -> datetime:
    """An instant out of a plain statement: what is not a column itself, SQLite gives back as text without a zone."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def by_index(name: str) -> str:
    """The clause before WHERE that makes the database use this partial index: SQLite counts equal columns, and takes a larger
    index of the same rows' history; PostgreSQL knows how much there is."""
    return f"INDEXED BY {name}" if connection.vendor == "sqlite" else ""


def for_update() -> str:
    """How a statement ends that keeps its rows until the transaction ends; SQLite has one writer anyway."""
    return "FOR UPDATE" if connection.features.has_select_for_update else ""


def _asked(sql: str, parameters: Sequence[Any], take: Callable[[Any], Any], *, many: bool = False) -> Any:
    engine: Any = connections[DEFAULT_DB_ALIAS]  # one of ours: `ledger/engines`
    return engine.asked(sql, parameters, take, many=many)


# --- SQL of our own names ---------------------------------------------------------------------------


def _into(model: type[Model], fields: Sequence[Field[Any, Any]]) -> str:
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({', '.join(map(_column, fields))})"


def _marks(fields: Sequence[Field[Any, Any]]) -> str:
    return "(" + ", ".join(["%s"] * len(fields)) + ")"


def _arrays(fields: Sequence[Field[Any, Any]]) -> str:
    return ", ".join(f"%s::{field.rel_db_type(connection)}[]" for field in fields)


def _column(field: Field[Any, Any]) -> str:
    assert field.column is not None  # noqa: S101 - every field of ours has a column
    return _quoted(field.column)


def _quoted(name: str) -> str:
    return f'"{name}"'  # as both databases quote; none of our names holds a quote


def _fields(model: type[Model], columns: Sequence[str]) -> tuple[Field[Any, Any], ...]:
    return _fields_of(model, tuple(columns))


@lru_cache(maxsize=256)  # the ledger's own lists of columns; there are some dozens
def _fields_of(model: type[Model], columns: tuple[str, ...]) -> tuple[Field[Any, Any], ...]:
    return tuple(cast("Field[Any, Any]", model._meta.get_field(column)) for column in columns)


@lru_cache(maxsize=256)
def _reading(
    model: type[Model], columns: tuple[str, ...]
) -> tuple[str, tuple[tuple[int, Callable[[Any], Any]], ...]]:
    """How a statement begins that reads these columns, and which of them come back as something else."""
    fields = _fields_of(model, columns)
    special = tuple(
        (place, back) for place, field in enumerate(fields) if (back := _reader(field)) is not None
    )
    return f"SELECT {', '.join(map(_column, fields))} FROM {_quoted(model._meta.db_table)}", special


# --- values -----------------------------------------------------------------------------------------


def _by_row(fields: Sequence[Field[Any, Any]], rows: Sequence[Row]) -> list[list[Any]]:
    special = [(place, _converter(fields[place])) for place in _special(tuple(fields))]
    prepared = [list(row) for row in rows]
    for row in prepared:
        for place, convert in special:
            row[place] = convert(row[place])
    return prepared


def _by_column(fields: Sequence[Field[Any, Any]], rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*_by_row(fields, rows), strict=True)]


def _reader(field: Field[Any, Any]) -> Callable[[Any], Any] | None:
    """How a value comes back from the database, None = as it is: an instant is aware already."""
    if isinstance(field, MoneyField):
        return lambda value: field.from_db_value(value, None, connection)
    return None


@lru_cache(maxsize=256)
def _special(fields: tuple[Field[Any, Any], ...]) -> tuple[int, ...]:
    """Which of these columns' values reach the database as something else: most are texts and numbers as they are."""
    return tuple(place for place, field in enumerate(fields) if isinstance(field, (DateField, MoneyField)))


def _converter(field: Field[Any, Any]) -> Callable[[Any], Any]:
    """How a value of a special column reaches the database."""
    if isinstance(field, MoneyField):
        return lambda value: field.get_db_prep_save(value, connection)
    adapt = (
        connection.ops.adapt_datetimefield_value
        if isinstance(field, DateTimeField)
        else connection.ops.adapt_datefield_value
    )
    seen: dict[Any, Any] = {None: None}  # one `now` is in many rows

    def day_or_instant(value: Any) -> Any:
        if value not in seen:
            seen[value] = adapt(value)
        return seen[value]

    return day_or_instant
