"""A long past in one ledger: what one order has left behind, thousands of times, each older than the last.

The rows are copied by the database itself, so that a past of 200,000 orders takes a minute on either of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db import models as fields

from tidegate.ledger import models
from tidegate.ledger.database import transaction

#: Ids of copies are so far apart that they meet no others.
APART = 200
#: All that a copied order is older than what happens today, and than the copy before it.
DAYS, MINUTES = 40, 60

#: What a copy has of its own, in columns that must differ; `{}` is the column, `i` the number of the copy.
_SHIFTED = "{} + i * " + str(APART)
_NAMED = "{} || '~' || i"
_OWN: dict[type[fields.Model], dict[str, str]] = {
    models.Batch: {"id": _SHIFTED},
    models.Source: {
        "id": _SHIFTED,
        "entity_id": _SHIFTED,
        "increment_id": _NAMED,
        "state": "'complete'",
        "status": "'complete'",
    },
    models.Delivery: {
        "id": _SHIFTED,
        "source_id": _SHIFTED,
        "batch_id": _SHIFTED,
        "key": _NAMED,
        "label": _NAMED,
        "target_id": _NAMED,
        "target_number": _NAMED,
    },
    models.Attempt: {"id": _SHIFTED, "delivery_id": _SHIFTED, "batch_id": _SHIFTED, "key": _NAMED},
    models.Event: {"id": _SHIFTED, "delivery_id": _SHIFTED},
    models.Link: {
        "id": _SHIFTED,
        "source_id": _SHIFTED,
        "delivery_id": _SHIFTED,
        "identifier": _NAMED,
        "number": _NAMED,
    },
    models.Usage: {"id": _SHIFTED},
}
GROWING = tuple(model._meta.db_table for model in _OWN)


def lengthen(copies: int) -> None:
    """Copy all that is settled so often. Only whole orders are: every delivery of theirs must be confirmed."""
    assert not models.Delivery.objects.exclude(state__in=["confirmed", "skipped"]).exists()
    assert not models.Batch.objects.filter(ended_at=None).exists()
    assert all(model._default_manager.order_by("-pk")[0].pk < APART for model in _OWN)
    with transaction("past"), connection.cursor() as cursor, without_indexes(cursor):
        for model, own in _OWN.items():
            cursor.execute(_copying(model, own), [copies])
    if connection.vendor == "postgresql":
        _go_on_behind()


@contextmanager
def without_indexes(cursor: Any) -> Iterator[None]:
    """PostgreSQL makes the indexes anew behind the rows, and asks for no reference: a row at a time takes half an hour."""
    if connection.vendor != "postgresql":
        yield
        return
    tables = ", ".join(f"'{table}'" for table in GROWING)
    cursor.execute(
        "SELECT index.indexname, index.indexdef FROM pg_indexes AS index LEFT JOIN pg_constraint AS bound "
        "ON bound.conname = index.indexname "
        f"WHERE index.tablename IN ({tables}) AND bound.conname IS NULL"
    )
    indexes = cursor.fetchall()
    for settings in ("session_replication_role = replica", "synchronous_commit = off"):
        cursor.execute(f"SET LOCAL {settings}")
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _, definition in indexes:
        cursor.execute(definition)


def _copying(model: type[fields.Model], own: dict[str, str]) -> str:
    columns = list(model._meta.concrete_fields)
    names = [f'"{field.column}"' for field in columns]
    values = [_value(field, own) for field in columns]
    which = f"WHERE id < {APART}"
    return (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
        f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) "
        f"SELECT {', '.join(values)} FROM n CROSS JOIN (SELECT * FROM {model._meta.db_table} {which}) AS one"
    )


def _value(field: Any, own: dict[str, str]) -> str:
    name = f'"{field.column}"'
    if field.column in own:
        shifted = own[field.column].format(name)
        return f"CASE WHEN {name} = '' THEN '' ELSE {shifted} END" if own[field.column] is _NAMED else shifted
    if not isinstance(field, fields.DateTimeField):
        return name
    minutes = f"{DAYS * 1440} + i * {MINUTES}"
    if connection.vendor == "postgresql":
        return f"{name} - ({minutes}) * interval '1 minute'"
    return f"datetime({name}, '-' || ({minutes}) || ' minutes')"


def _go_on_behind() -> None:
    """Sequences go on behind the copies, as after a restored dump; and the planner knows how much there is."""
    with connection.cursor() as cursor:
        for model in _OWN:
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        cursor.execute("ANALYZE")
