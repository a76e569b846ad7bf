"""Invoices say whether they bill anything else; those kept before are read again to learn it."""

from typing import Any

from django.db import migrations, models


def read_again(apps: Any, schema_editor: Any) -> None:
    """The next reading of the books is a full one."""
    apps.get_model("tidegate", "Cursor").objects.filter(flow="books", name="invoices").delete()


class Migration(migrations.Migration):

    dependencies = [
        ("tidegate", "0006_more_numbers"),
    ]

    operations = [
        migrations.AddField(
            model_name="bookinvoice",
            name="bills_others",
            field=models.BooleanField(default=True),
        ),
        migrations.RunPython(read_again, migrations.RunPython.noop),
    ]
