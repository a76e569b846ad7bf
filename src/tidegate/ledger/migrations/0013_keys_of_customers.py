from typing import Any

from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    """Customers and receipts of today: until now the name of their delivery was their key in the company.

    The names are read for the last time: `magento:STORE:customer:ID`, and an order's with `/deposit` behind it.
    """
    delivery = apps.get_model('tidegate', 'Delivery').objects
    begun = delivery.filter(flow='orders', step='order').exclude(scope='').order_by('pk')
    company = dict(begun.values_list('connection', 'scope').distinct())
    model = apps.get_model('tidegate', 'StoredKey')
    rows = []
    for connection, key in delivery.filter(source=None).order_by('pk').values_list('connection', 'key').iterator(2000):
        parts = key.split(':')
        if len(parts) == 4 and parts[0] == 'magento' and parts[2] == 'customer' and parts[3].isdigit():
            rows.append(('customer', connection, key, parts[1], int(parts[3]), key))
    receipts = delivery.filter(flow='payments', step='deposit').exclude(source=None).order_by('pk')
    columns = ('connection', 'key', 'source__store', 'source__entity_id')
    rows += [('receipt', *row, '') for row in receipts.values_list(*columns).iterator(2000)]
    for start in range(0, len(rows), 2000):
        model.objects.bulk_create(
            [
                model(kind=kind, company=company.get(connection, ''), key=key, store=store, entity_id=number, name=name)
                for kind, connection, key, store, number, name in rows[start : start + 2000]
            ],
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):

    dependencies = [
        ('tidegate', '0012_kinds_and_late_numbers'),
    ]

    operations = [
        migrations.AddField(
            model_name='storedkey',
            name='name',
            field=models.TextField(default=''),
        ),
        migrations.AddIndex(
            model_name='storedkey',
            index=models.Index(condition=models.Q(('name', ''), _negated=True), fields=['name'], name='stored_key_name'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
