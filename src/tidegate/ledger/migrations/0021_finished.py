from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tidegate', '0020_edits'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'confirmed'), ('state', 'cancelled'), ('state', 'skipped'), _connector='OR'), fields=['connection', 'flow', 'state', 'id'], name='delivery_finished'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('cleared_at__isnull', False)), fields=['cleared_at'], name='alert_ended'),
        ),
    ]
