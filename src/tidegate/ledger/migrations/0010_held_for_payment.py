from typing import Any

from django.db import migrations

#: The sentence by which an invoice that waits for its payment was known until now.
SENTENCE = "Magento's invoice comes with Sage's payment (invoice_when)"


def hold(apps: Any, schema_editor: Any) -> None:
    """Invoices that wait for a payment were *skipped*, and are *held* from now on.

    The number of Sage's invoice stands in the step's subject. When each was read stays: it has not changed.
    """
    import json

    model = apps.get_model('tidegate', 'Delivery')
    event = apps.get_model('tidegate', 'Event')
    waiting = model.objects.filter(flow='invoices', state='skipped', reason=SENTENCE)
    for row in waiting.order_by('pk').iterator(500):
        model.objects.filter(pk=row.pk).update(
            state='held', reason_code='payment-pending', waits_for=f"payment:{json.loads(row.subject)['number']}"
        )
        event.objects.create(
            delivery_id=row.pk,
            at=row.changed_at,
            before='skipped',
            after='held',
            text='what waits for a payment is held since this version',
        )


class Migration(migrations.Migration):

    dependencies = [
        ('tidegate', '0009_stored_keys'),
    ]

    operations = [
        migrations.RunPython(hold, migrations.RunPython.noop),
    ]
