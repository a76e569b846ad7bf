# ruff: noqa: S608 - every name in these statements is our own
"""A long past by bulk insert: the finished orders and cycles of a ledger, twice and twice again, under new numbers.

For questions about how a ledger with a million orders answers; what is written is what was there, so the first
orders come from real cycles. Histories (`event`) are left out: no list shows them. On both databases.
"""

from __future__ import annotations

from django.db.models import Max, Model

from tidegate.ledger import models, rows
from tidegate.ledger.database import transaction

COPIED: tuple[type[Model], ...] = (models.Source, models.Delivery, models.Attempt, models.Link, models.Batch)


def double() -> int:
    """Write every finished order and every cycle of the ledger once more; how many orders there are now."""
    offsets = {table: _highest(table) for table in COPIED}
    far = (models.Source.objects.aggregate(top=Max("entity_id"))["top"] or 0) + 1
    source, delivery = offsets[models.Source], offsets[models.Delivery]
    entity = f"CAST(s.entity_id + {far} AS text)"
    finished = (
        "s.id NOT IN (SELECT o.source_id FROM tidegate_delivery AS o "
        "WHERE NOT (o.state = 'confirmed') AND o.source_id IS NOT NULL)"
    )
    new_key = f"'magento:' || s.store || ':' || {entity} || '/' || d.step"
    number = "CASE WHEN {0} = '' THEN '' ELSE {0} || '-' || " + f"'{far}' END"
    own = "JOIN tidegate_source AS s ON s.id = t.source_id"
    with transaction("past"):
        _copy(models.Batch, offsets, {}, "WHERE t.ended_at IS NOT NULL")
        _copy(
            models.Source,
            offsets,
            {"entity_id": f"t.entity_id + {far}", "increment_id": f"'00' || {entity.replace('s.', 't.')}"},
            f"WHERE {finished.replace('s.id', 't.id')}",
        )
        _copy(
            models.Delivery,
            offsets,
            {
                "source_id": f"t.source_id + {source}",
                "key": new_key.replace("d.step", "t.step"),
                "label": f"'00' || {entity}",
                "target_number": number.format("t.target_number"),
            },
            f"{own} WHERE {finished}",
        )
        _copy(
            models.Link,
            offsets,
            {
                "source_id": f"t.source_id + {source}",
                "delivery_id": f"t.delivery_id + {delivery}",
                "identifier": number.format("t.identifier"),
                "number": number.format("t.number"),
            },
            f"{own} WHERE {finished}",
        )
        _copy(
            models.Attempt,
            offsets,
            {"delivery_id": f"t.delivery_id + {delivery}", "key": new_key},
            "JOIN tidegate_delivery AS d ON d.id = t.delivery_id "
            f"JOIN tidegate_source AS s ON s.id = d.source_id WHERE {finished}",
        )
        _go_on_with_ids()
    return models.Source.objects.count()


def _highest(table: type[Model]) -> int:
    return table._default_manager.aggregate(top=Max("pk"))["top"] or 0


def _copy(table: type[Model], offsets: dict[type[Model], int], changed: dict[str, str], ending: str) -> None:
    """Every row that was there once more, with what is changed about it.

    What others point at comes first: SQLite looks through all children of a row that comes after one of them.
    """
    changed = {"id": f"t.id + {offsets[table]}", **changed}
    columns = [str(field.column) for field in table._meta.concrete_fields]
    values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    name = table._meta.db_table
    rows.execute(
        f"INSERT INTO {name} ({names}) SELECT {values} FROM {name} AS t {ending} AND t.id <= {offsets[table]}"
    )


def _go_on_with_ids() -> None:
    """PostgreSQL gives the next id from a sequence that knows nothing of rows which brought their own."""
    from django.db import connection

    if connection.vendor == "postgresql":
        for table in COPIED:
            name = table._meta.db_table
            rows.fetch_one(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
            )
