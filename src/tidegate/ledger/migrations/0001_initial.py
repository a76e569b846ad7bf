
import django.db.models.deletion
import tidegate.ledger.models.money
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Closure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.TextField(unique=True)),
                ('until', models.DateTimeField()),
                ('reason', models.TextField(default='')),
                ('learnt_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField(unique=True)),
                ('value', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField(unique=True)),
                ('secret', models.BinaryField()),
                ('obtained_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('signed_in_at', models.DateTimeField(null=True)),
                ('version', models.IntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField()),
                ('connection', models.TextField(default='')),
                ('subject', models.TextField(default='')),
                ('text', models.TextField()),
                ('raised_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('count', models.IntegerField(default=1)),
                ('cleared_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['raised_at'], name='alert_history')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('cleared_at', None)), fields=('code', 'connection', 'subject'), name='alert_open')],
            },
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('connection', models.TextField()),
                ('flow', models.TextField()),
                ('scope', models.TextField(default='')),
                ('fence', models.BigIntegerField(default=0)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('sent', models.IntegerField(default=0)),
                ('confirmed', models.IntegerField(default=0)),
                ('failed', models.IntegerField(default=0)),
                ('in_doubt', models.IntegerField(default=0)),
                ('calls', models.IntegerField(default=0)),
                ('note', models.TextField(default='')),
            ],
            options={
                'indexes': [models.Index(fields=['connection', 'flow', 'started_at'], name='batch_history'), models.Index(condition=models.Q(('ended_at', None)), fields=['connection', 'flow'], name='batch_open')],
            },
        ),
        migrations.CreateModel(
            name='Cursor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('connection', models.TextField()),
                ('flow', models.TextField()),
                ('name', models.TextField()),
                ('value', models.TextField()),
                ('moved_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('connection', 'flow', 'name'), name='cursor_once')],
            },
        ),
        migrations.CreateModel(
            name='CustomerLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('connection', models.TextField()),
                ('website', models.TextField()),
                ('customer_key', models.TextField()),
                ('account', models.TextField()),
                ('target_id', models.TextField(default='')),
                ('how', models.TextField(default='')),
                ('linked_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['connection', 'account'], name='customer_account')],
                'constraints': [models.UniqueConstraint(fields=('connection', 'website', 'customer_key'), name='customer_once')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('connection', models.TextField()),
                ('flow', models.TextField()),
                ('step', models.TextField()),
                ('key', models.CharField(max_length=120)),
                ('label', models.TextField(default='')),
                ('state', models.TextField()),
                ('failures', models.IntegerField(default=0)),
                ('reason_code', models.TextField(default='')),
                ('reason', models.TextField(default='')),
                ('waits_for', models.TextField(default='')),
                ('overruled', models.TextField(default='')),
                ('due_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('subject', models.TextField(default='')),
                ('target_id', models.TextField(default='')),
                ('target_number', models.TextField(default='')),
                ('target_status', models.TextField(default='')),
                ('target_total', tidegate.ledger.models.money.MoneyField(null=True)),
                ('adopted', models.BooleanField(default=False)),
                ('scope', models.TextField(default='')),
                ('fence', models.BigIntegerField(default=0)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tidegate.batch')),
            ],
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('letter', models.TextField(default='')),
                ('before', models.TextField(default='')),
                ('after', models.TextField(default='')),
                ('actor', models.TextField(default='engine')),
                ('text', models.TextField(default='')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tidegate.delivery')),
            ],
        ),
        migrations.CreateModel(
            name='Halt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('connection', models.TextField()),
                ('reason', models.TextField()),
                ('code', models.TextField(default='')),
                ('since', models.DateTimeField()),
                ('by', models.TextField(default='engine')),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.TextField(default='')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('connection',), name='halt_once')],
            },
        ),
        migrations.CreateModel(
            name='Lease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.TextField()),
                ('flow', models.TextField()),
                ('holder', models.TextField(default='')),
                ('fence', models.BigIntegerField(default=0)),
                ('expires_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('scope', 'flow'), name='lease_once')],
            },
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('connection', models.TextField()),
                ('store', models.TextField()),
                ('kind', models.TextField(default='order')),
                ('entity_id', models.BigIntegerField()),
                ('increment_id', models.TextField()),
                ('store_view_id', models.IntegerField(default=0)),
                ('website', models.TextField(default='')),
                ('revision', models.TextField(default='')),
                ('source_created_at', models.DateTimeField(null=True)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('state', models.TextField(default='')),
                ('status', models.TextField(default='')),
                ('document', models.TextField(default='')),
                ('first_read_at', models.DateTimeField()),
                ('read_at', models.DateTimeField()),
                ('parent_entity_id', models.BigIntegerField(null=True)),
                ('child_entity_id', models.BigIntegerField(null=True)),
                ('grand_total', tidegate.ledger.models.money.MoneyField(null=True)),
                ('currency', models.TextField(default='')),
            ],
            options={
                'indexes': [models.Index(fields=['increment_id'], name='source_increment'), models.Index(fields=['entity_id'], name='source_entity'), models.Index(fields=['connection', 'kind'], name='source_account')],
                'constraints': [models.UniqueConstraint(fields=('store', 'kind', 'entity_id'), name='source_identity')],
            },
        ),
        migrations.AddField(
            model_name='delivery',
            name='source',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='tidegate.source'),
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('key', models.CharField(max_length=120)),
                ('payload_hash', models.TextField()),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('outcome', models.TextField(default='')),
                ('code', models.TextField(default='')),
                ('text', models.TextField(default='')),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='tidegate.batch')),
                ('delivery', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='tidegate.delivery')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('delivery', 'number'), name='attempt_number'), models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('delivery',), name='attempt_unresolved')],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.TextField()),
                ('identifier', models.TextField()),
                ('number', models.TextField(default='')),
                ('delivery', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='links', to='tidegate.delivery')),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='links', to='tidegate.source')),
            ],
            options={
                'indexes': [models.Index(fields=['number'], name='link_by_number'), models.Index(fields=['identifier', 'kind'], name='link_by_identifier')],
                'constraints': [models.UniqueConstraint(fields=('source', 'kind', 'identifier'), name='link_once')],
            },
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['connection', 'flow', 'step', 'state', 'changed_at', 'id'], name='delivery_queue'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['connection', 'state', 'id'], name='delivery_of_connection'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['state', 'id'], name='delivery_of_state'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['label'], name='delivery_label'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('target_number', ''), _negated=True), fields=['target_number'], name='delivery_number'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('waits_for', ''), _negated=True), fields=['connection', 'waits_for'], name='delivery_waits'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['scope', 'flow'], name='delivery_sending'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('key',), name='delivery_key'),
        ),
    ]
