# ruff: noqa: S608 - every name in these statements is our own, every value is a parameter
"""Many rows by one statement: what Django's ORM does row by row or with huge CASE expressions.

SQLite runs a prepared statement once a row, without any network in between; PostgreSQL takes each
column as one array. Values come from the ledger's own functions and have their columns' types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
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
    shape = _shape(model, ("id", *columns))
    if connection.vendor == "postgresql":
        assignments = ", ".join(f"{name} = new.{name}" for name in shape.names[1:])
        return execute(
            f"UPDATE {shape.table} SET {assignments} FROM unnest({shape.arrays}) "
            f"AS new({', '.join(shape.names)}) WHERE {shape.table}.id = new.id",
            *_by_column(shape, rows),
        )
    assignments = ", ".join(f"{name} = %s" for name in shape.names[1:])
    return _repeat(
        f"UPDATE {shape.table} SET {assignments} WHERE id = %s",
        [[*row[1:], row[0]] for row in _by_row(shape, rows)],
    )


def insert(model: type[Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert many rows whose ids are not needed."""
    if not rows:
        return
    shape = _shape(model, columns)
    if connection.vendor == "postgresql":
        execute(f"{shape.into} SELECT * FROM unnest({shape.arrays})", *_by_column(shape, rows))
    else:
        _repeat(f"{shape.into} VALUES {shape.marks}", _by_row(shape, rows))


def put(model: type[Model], columns: Sequence[str], rows: Sequence[Row], key: Sequence[str]) -> None:
    """Insert rows; those that a row with the same `key`, a unique constraint's columns, stands for replace it.

    No two of `rows` have the same key.
    """
    if not rows:
        return
    shape = _shape(model, columns)
    ending = _replacing(model, tuple(key), tuple(column for column in columns if column not in key))
    if connection.vendor == "postgresql":
        beginning = f"{shape.into} SELECT * FROM unnest({shape.arrays})"
        execute(f"{beginning} {ending}", *_by_column(shape, rows))
    else:
        _repeat(f"{shape.into} VALUES {shape.marks} {ending}", _by_row(shape, rows))


def put_each(
    model: type[Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    key: Sequence[str],
    renewed: Sequence[str],
    returned: str,
) -> dict[Any, int]:
    """Insert rows, or renew these columns of those that are there; returns {`returned` column: id} of all.

    No two of `rows` have the same key.
    """
    return _inserted(model, columns, rows, _replacing(model, tuple(key), tuple(renewed)), returned)


def insert_new(
    model: type[Model], columns: Sequence[str], rows: Sequence[Row], returned: str
) -> dict[Any, int]:
    """Insert rows but those that a unique constraint forbids; returns {`returned` column: id} of the new."""
    return _inserted(model, columns, rows, "ON CONFLICT DO NOTHING", returned)


def _inserted(
    model: type[Model], columns: Sequence[str], rows: Sequence[Row], conflict: str, returned: str
) -> dict[Any, int]:
    """Insert rows, and what a conflict asks for; {`returned` column: id} of those that it inserts or changes."""
    shape = _shape(model, columns)
    (column,) = _shape(model, (returned,)).names
    ending = f"{conflict} RETURNING {column}, id"
    found: dict[Any, int] = {}
    if connection.vendor == "postgresql":
        names = ", ".join(shape.names)
        for part in chunks(rows):
            # ORDER BY: ids are given in the order of the rows, so that the oldest document goes first
            found |= fetch_all(
                f"{shape.into} SELECT {names} "
                f"FROM unnest({shape.arrays}) WITH ORDINALITY AS new({names}, nth) ORDER BY nth {ending}",
                *_by_column(shape, part),
            )
        return found
    for part in chunks(rows, (connection.features.max_query_params or CHUNK) // len(columns)):
        marks = ", ".join([shape.marks] * len(part))
        values = [value for row in _by_row(shape, part) for value in row]
        found |= fetch_all(f"{shape.into} VALUES {marks} {ending}", *values)
    return found


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
    return _instant(value, connection.vendor)


@lru_cache(maxsize=1024)  # one `now` is in many rows and statements
def _instant(value: datetime, _vendor: str) -> Any:
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


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """Some columns of a model, as this kind of database's statements name them and take their values."""

    table: str
    names: tuple[str, ...]
    into: str  #: how an insert begins
    marks: str  #: of one row
    arrays: str  #: one array a column, for PostgreSQL; "" for SQLite
    #: Those whose values reach the database as something else: most are texts and numbers as they are.
    special: tuple[tuple[int, Callable[[Any], Any]], ...]


def _shape(model: type[Model], columns: Sequence[str]) -> _Shape:
    return _shape_of(model, tuple(columns), connection.vendor)


@lru_cache(maxsize=256)  # the ledger's own lists of columns; there are some dozens
def _shape_of(model: type[Model], columns: tuple[str, ...], vendor: str) -> _Shape:
    fields = _fields_of(model, columns)
    table, names = _quoted(model._meta.db_table), tuple(map(_column, fields))
    special = [(place, _converter(field, vendor)) for place, field in enumerate(fields)]
    return _Shape(
        table=table,
        names=names,
        into=f"INSERT INTO {table} ({', '.join(names)})",
        marks="(" + ", ".join(["%s"] * len(names)) + ")",
        arrays=", ".join(f"%s::{field.rel_db_type(connection)}[]" for field in fields)
        if vendor == "postgresql"
        else "",
        special=tuple((place, convert) for place, convert in special if convert is not None),
    )


@lru_cache(maxsize=256)
def _replacing(model: type[Model], key: tuple[str, ...], renewed: tuple[str, ...]) -> str:
    """What becomes of a row with the same unique `key`: these columns are renewed."""
    unique = ", ".join(map(_column, _fields_of(model, key)))
    columns = map(_column, _fields_of(model, renewed))
    return (
        f"ON CONFLICT ({unique}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in columns)}"
    )


def _column(field: Field[Any, Any]) -> str:
    assert field.column is not None  # noqa: S101 - every field of ours has a column
    return _quoted(field.column)


def _quoted(name: str) -> str:
    return f'"{name}"'  # as both databases quote; none of our names holds a quote


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


def _by_row(shape: _Shape, rows: Sequence[Row]) -> list[list[Any]]:
    prepared = [list(row) for row in rows]
    for row in prepared:
        for place, convert in shape.special:
            row[place] = convert(row[place])
    return prepared


def _by_column(shape: _Shape, rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*_by_row(shape, rows), strict=True)]


def _reader(field: Field[Any, Any]) -> Callable[[Any], Any] | None:
    """How a value comes back from the database, None = as it is: an instant is aware already."""
    if isinstance(field, MoneyField):
        return lambda value: field.from_db_value(value, None, connection)
    return None


def _converter(field: Field[Any, Any], vendor: str) -> Callable[[Any], Any] | None:
    """How a value of a special column reaches this kind of database; None = as it is."""
    if isinstance(field, MoneyField):
        return lru_cache(maxsize=1024, typed=True)(partial(field.get_db_prep_save, connection=connection))
    if isinstance(field, DateTimeField):
        return lambda value: None if value is None else _instant(value, vendor)
    if isinstance(field, DateField):
        return lambda value: connection.ops.adapt_datefield_value(value)
    return None
