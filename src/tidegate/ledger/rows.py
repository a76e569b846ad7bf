"""Many rows by one statement: what Django's ORM does row by row or with huge CASE expressions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import Field, Model

T = TypeVar("T")

CHUNK = 500  # ids in one IN list; far below what either database allows


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The items in slices."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def update(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Set `columns` of many rows, each to its own values; a row is (id, value, value, ...).

    Returns how many rows were there to change.
    """
    if not rows:
        return 0
    fields = _fields(model, columns)
    assignments = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    sql = f"UPDATE {_quoted(model._meta.db_table)} SET {assignments} WHERE id = %s"  # noqa: S608 - our own names
    values = [[*_prepared(fields, row[1:]), row[0]] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)
        return int(cursor.rowcount)


def insert(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert many rows whose ids nobody needs."""
    if not rows:
        return
    fields = _fields(model, columns)
    names = ", ".join(_quoted(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {_quoted(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.executemany(sql, [_prepared(fields, row) for row in rows])


def insert_new(
    model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], told: str
) -> dict[Any, int]:
    """Insert rows but those that a unique constraint forbids; returns {`told` column: id} of the new."""
    fields = _fields(model, columns)
    names = ", ".join(_quoted(field.column) for field in fields)
    one = "(" + ", ".join(["%s"] * len(fields)) + ")"
    most = (connection.features.max_query_params or 10_000) // len(fields)
    new: dict[Any, int] = {}
    for part in chunks(rows, most):
        sql = (
            f"INSERT INTO {_quoted(model._meta.db_table)} ({names}) VALUES {', '.join([one] * len(part))} "  # noqa: S608
            f"ON CONFLICT DO NOTHING RETURNING {_quoted(told)}, id"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for row in part for value in _prepared(fields, row)])
            new.update(cursor.fetchall())
    return new


def _quoted(name: str | None) -> str:
    assert name is not None  # noqa: S101 - every field of ours has a column
    return connection.ops.quote_name(name)


def _fields(model: type[Model], columns: Sequence[str]) -> list[Field[Any, Any]]:
    return [cast("Field[Any, Any]", model._meta.get_field(column)) for column in columns]


def _prepared(fields: list[Field[Any, Any]], row: Sequence[Any]) -> list[Any]:
    return [field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)]
