"""Old runs are archived: nothing but attempts holds on to the row of a cycle any longer.

Without an index on it, the database would go through every delivery for each run that is removed.
"""

import re
from typing import Any

import django.db.models.deletion
from django.db import migrations, models


class Unbound(migrations.AlterField):
    """A reference that the database does not enforce any more.

    On SQLite Django would copy the whole table, of millions of rows. Taking a constraint out of the schema's own text is
    the way that SQLite's documentation names for it (lang_altertable, 7): nothing on disk depends on it.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
            (before,) = cursor.fetchone()
            after, count = re.subn(
                r'("batch_id" bigint NULL) REFERENCES "tidegate_batch" \("id"\) DEFERRABLE INITIALLY DEFERRED',
                r"\1",
                before,
            )
            if count != 1:
                super().database_forwards(app_label, schema_editor, from_state, to_state)
                return
            cursor.execute("PRAGMA schema_version")
            (version,) = cursor.fetchone()
            cursor.execute("PRAGMA writable_schema = ON")
            cursor.execute(
                "UPDATE sqlite_master SET sql = %s WHERE type = 'table' AND name = %s", [after, table]
            )
            cursor.execute(f"PRAGMA schema_version = {version + 1}")
            cursor.execute("PRAGMA writable_schema = OFF")


def batch() -> Any:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="tidegate.batch",
    )


class Migration(migrations.Migration):

    dependencies = [
        ("tidegate", "0023_archived"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArchivedRuns",
            fields=[
                ("bucket", models.BigIntegerField(primary_key=True, serialize=False)),
                ("content", models.BinaryField()),
            ],
        ),
        Unbound(model_name="delivery", name="batch", field=batch()),
        Unbound(model_name="mirrorrow", name="batch", field=batch()),
    ]
